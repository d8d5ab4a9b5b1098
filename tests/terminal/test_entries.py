"""What `dlfaq show` and `dlfaq list` say."""

from tests.terminal.conftest import ENTRY

from dlfaq.ask.reader import Row
from dlfaq.terminal.entries import render_entry, render_list, render_part


def test_an_entry_shows_everything():
    """Claims with controls, sources with rulings, references, related entries, phrasings."""
    text = render_entry(ENTRY)

    for words in (
        "Why it is so",
        " 1. Print the first loss.\n      print(loss.item(), math.log(k))\n    rests on ln-k",
        "verified, exact: It is ln k.  [ln-k]\n"
        "    predicted 0.98 to 1.02; measured 1.003 [0.998, …] at k=10\n"
        "    1.003 of it\n"
        "    also holds: wider (no: it is undecided), 1.01 [0.99, 1.03]\n"
        "    fails when: unit-variance, 1.2 [1.1, 1.3]: "
        "Logits of unit variance [bold]differ[/bold]",
        "not measured yet: It is not.  [other]\n    expects 0.98 < mean(loss) < 1.02",
        "conditional: Exactly ln k.; It adds half the variance. [Tips]",
        "A. Karpathy (2019). A Recipe. https://karpathy.github.io For: the check",
        "loss starts at 2.3",
        "How does Adam work?",
    ):
        assert words in text


def test_of_many_phrasings_the_first_are_shown():
    """The search knows more of them than anyone reads."""
    text = render_entry(ENTRY._replace(also_asked=tuple(f"way {i}" for i in range(20))))

    assert "way 11\n  and in 8 other ways" in text
    assert "way 12" not in text


def test_kinds_are_told_apart():
    """What PyTorch does is no finding."""
    (claim, _) = ENTRY.claims
    library = ENTRY._replace(claims=(claim._replace(kind="library"),))

    assert "verified, of PyTorch: It is ln k." in render_entry(library)


def test_a_part_alone():
    """Below the question, with the way back to the whole answer."""
    assert render_part(ENTRY, ENTRY.parts[0]).splitlines() == [
        "What loss at t = 0?  [initial-loss]",
        "",
        "Why it is so",
        "",
        "Some words.",
        "",
        "- an item",
        "",
        "The whole answer: dlfaq show initial-loss",
    ]


def test_a_draft_says_so():
    """Whoever reads it must know."""
    assert "This is a draft" in render_entry(ENTRY._replace(draft=True))


def test_a_list_is_one_line_an_entry_below_its_topic():
    """With its verified claims, or that it is planned; only the first listed topic counts."""
    rows = [
        Row("initial-loss", "What loss?", ("loss", "data"), 3, 2, False, False, ENTRY.title),
        Row("mine", "Mine?", ("data",), 1, 0, False, True, ENTRY.title),
        Row("adam", "Adam?", ("loss",), 0, 0, True, False, ENTRY.title),
    ]

    assert render_list(rows, {"data": "Data", "loss": "Loss functions", "x": "X"}).splitlines() == [
        "Data",
        "mine            draft  What loss at t = 0?",
        "",
        "Loss functions",
        "initial-loss      2/3  What loss at t = 0?",
        "adam          planned  What loss at t = 0?",
    ]
    assert render_list(rows[1:2], {"data": "Data"}).startswith("Data\nmine")
    assert render_list([], {}) == ""
