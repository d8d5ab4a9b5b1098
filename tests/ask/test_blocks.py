"""Blocks of spans, and the text that the index keeps of them."""

from hypothesis import example, given
from hypothesis import strategies as st

from dlfaq.ask.blocks import Block, Span, pack, pack_spans, unpack, unpack_spans
from dlfaq.ask.build.markdown import blocks, inline
from dlfaq.sanitise import sanitise


def test_blocks_come_back_as_they_were():
    """Code with empty lines, nested items, a rule without lines."""
    there = blocks("# A $x$\n\n- one\n  - *two*\n\n```\na = 1\n\nb = `2`\n```\n\n---\n\nend")

    assert unpack(pack(there)) == tuple(there)
    assert unpack("") == ()
    assert unpack(pack([Block("rule", ())])) == (Block("rule", ()),)


@given(st.text(max_size=200))
@example(">")
def test_any_text_comes_back(text):
    """What was made safe holds none of the characters that stand between the parts."""
    spans = tuple(span for span in inline(sanitise(text)) if span.text)

    assert unpack_spans(pack_spans(spans)) == spans
    assert unpack(pack(blocks(text))) == tuple(blocks(text))


def test_a_plain_text_is_kept_as_it_is():
    """Most texts have one span without a style."""
    assert pack_spans((Span("as it is"),)) == "as it is"
