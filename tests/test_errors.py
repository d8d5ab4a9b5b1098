"""Messages about a user's files: where, what, what would be right."""

import pytest

from dlfaq.errors import Problem, Problems, did_you_mean


def test_a_problem_in_words():
    """File and line as editors link them, then what is wrong; the hint on its own line."""
    assert str(Problem("faq/a.yaml", 3, "it is wrong.")) == "faq/a.yaml:3: it is wrong."
    assert (
        str(Problem("faq/a.yaml", None, "it is wrong.", "Do it so."))
        == "faq/a.yaml: it is wrong.\n  Do it so."
    )


def test_problems_are_raised_together():
    """All of them in one exception, in their order, once each in its text."""
    problems = [Problem("b", 1, "x."), Problem("a", 2, "y.", "z.")]
    with pytest.raises(Problems) as caught:
        raise Problems(iter(problems))

    assert caught.value.problems == tuple(problems)
    assert str(caught.value) == "b:1: x.\na:2: y.\n  z."


@pytest.mark.parametrize(
    ("word", "known", "says"),
    [
        ("los", ["loss", "entropy"], "Did you mean 'loss'? Known: entropy, loss."),
        ("zzz", ["loss", "entropy"], "Known: entropy, loss."),
        ("los", [], "Known: none."),
        ("", ["loss"], "Known: loss."),
        ("loss", {"loss": 1}, "Did you mean 'loss'? Known: loss."),
    ],
)
def test_the_nearest_name_and_all_names(word, known, says):
    """The nearest one if it is near, and all of them, sorted."""
    assert did_you_mean(word, known) == says


def test_of_many_names_the_nearest_are_listed():
    """A message of a hundred names would hide what is wrong in it."""
    many = [f"{word}/{number}" for word in ("loss", "rate", "depth") for number in range(10)]
    says = did_you_mean("loss/x", many)

    assert says.startswith("Did you mean 'loss/")
    assert all(f"loss/{number}" in says for number in range(10))
    assert says.endswith(" and 18 more.")
