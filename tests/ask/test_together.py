"""A team's FAQ and the bundled one, asked together."""

from dlfaq.ask.rank import Answer, Explanation, Result
from dlfaq.ask.together import merged, named


def answer(confidence, *scores, faq, planned=False):
    results = tuple(Result(name, "?", score, "", 0, 0, planned, ()) for name, score in scores)
    why = Explanation(
        (), (), (), (), (), 0.0, tuple({name: score} for name, score in scores), ((),) * len(scores)
    )
    return named(Answer("?", confidence, 0.5, results, why), faq)


def test_the_surest_comes_first():
    """Then all others by their score, each with its explanation and its FAQ."""
    own = answer("guess", ("a", 0.9), ("b", 0.2), faq="team")
    other = answer("answer", ("c", 0.8), ("d", 0.4), faq="bundled")
    found = merged([own, other], 3)

    assert [(one.id, one.faq) for one in found.results] == [
        ("c", "bundled"),
        ("a", "team"),
        ("d", "bundled"),
    ]
    assert found.explanation.parts == ({"c": 0.8}, {"a": 0.9}, {"d": 0.4})
    assert (found.confidence, found.faq) == ("answer", "team")


def test_what_can_be_read_comes_before_what_is_planned():
    """A team's guess helps more than the bundled FAQ's intention."""
    own = answer("guess", ("a", 0.5), faq="team")
    other = answer("answer", ("c", 0.9), faq="bundled", planned=True)

    assert merged([own, other], 3).results[0].id == "a"


def test_an_entry_of_the_same_id_is_the_teams():
    """They wrote their own answer to it."""
    own = answer("answer", ("a", 0.8), faq="team")
    found = merged([own, answer("answer", ("a", 0.8), faq="bundled")], 5)

    assert [(one.id, one.faq) for one in found.results] == [("a", "team")]


def test_one_faq_alone_is_as_it_was():
    """Nothing to merge."""
    own = answer("none", ("a", 0.1), faq="team")

    assert merged([own], 1) is own
