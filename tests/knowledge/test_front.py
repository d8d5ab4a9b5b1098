"""What the home page shows first: a list of entries that are there, each once."""

import pytest

from dlfaq.errors import Problems
from dlfaq.knowledge.load import load_faq


def front(root, text):
    (root / "faq" / "front.yml").write_text(text)
    return load_faq(root).front


def test_the_order_is_kept_and_the_file_may_be_missing(root):
    assert load_faq(root).front == ()
    assert front(root, "# nothing yet\n") == ()
    assert front(root, "- noise\n") == ("noise",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- noize\n", r"front\.yml:1.*no entry 'noize'.*noise"),
        ("- noise\n- noise\n", r"front\.yml:2.*twice"),
        ("front: noise\n", r"front\.yml.*not a list"),
        ("- [1]\n", r"front\.yml:1.*no entry"),
        ("- a: b: c\n", r"front\.yml"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(root, text, said):
    with pytest.raises(Problems, match=f"(?s){said}"):
        front(root, text)
