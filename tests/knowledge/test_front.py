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


def test_a_symptom_leads_to_entries_written_and_planned(root):
    planned = "- {id: later, question: What comes later?, topics: [training]}\n"
    (root / "faq" / "planned.yml").write_text(planned)
    (root / "faq" / "front.yml").write_text(
        "- noise\n- It is  loud: [noise, later]\n- Quiet: noise\n"
    )
    faq = load_faq(root)

    assert faq.front == ("noise",)
    assert [(one.seen, one.entries) for one in faq.symptoms] == [
        ("It is loud", ("noise", "later")),
        ("Quiet", ("noise",)),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- noize\n", r"front\.yml:1.*no entry 'noize'.*noise"),
        ("- noise\n- noise\n", r"front\.yml:2.*twice"),
        ("front: noise\n", r"front\.yml.*not a list"),
        ("- [1]\n", r"front\.yml:1.*no entry"),
        ("- a: b: c\n", r"front\.yml"),
        ("- It is loud: [noize]\n", r"front\.yml:1.*no entry 'noize'.*noise"),
        ("- It is loud: {noise: noise}\n", r"front\.yml:1.*It is loud"),
        ("- It is loud: []\n", r"front\.yml:1.*empty"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(root, text, said):
    with pytest.raises(Problems, match=f"(?s){said}"):
        front(root, text)
