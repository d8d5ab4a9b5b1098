"""Finding the entry that fits, and saying when none does."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlfaq.ask.rank import TUNED, _right, ask

FITTING = [
    ("what should the loss of an untrained classifier be", "first-loss"),
    ("loss starts at 2.303", "first-loss"),
    ("initial loss is -log(1/10)", "first-loss"),
    ("loss becomes NaN", "nan-loss"),
    ("WARNING step 300: loss=nan, it explodes", "nan-loss"),
    ("my loss expldoes after some steps", "nan-loss"),
    ("drop out placement", "dropout"),
    ("wd vs l2 regularisation", "weight-decay"),
]


@pytest.mark.parametrize(("question", "right"), FITTING)
def test_what_people_type_finds_its_entry(index, question, right):
    """Symptoms, numbers, settings, slang and typing errors."""
    answer = ask(index, question)

    assert answer.results[0].id == right
    assert answer.confidence != "none"


@pytest.mark.parametrize(
    "question",
    [
        "how long does cooked rice stay fresh",
        "can't undo last commit after I rebased",
        "zebra",
        "the of and",
        "42",
        "",
        '"',
    ],
)
def test_what_no_entry_answers_is_refused(index, question):
    """And the nearest are named all the same."""
    answer = ask(index, question)

    assert not answer.answered
    assert len(answer.results) == 4


def test_json_is_as_documented(index):
    """Plain values, best first."""
    raw = json.loads(json.dumps(ask(index, "loss becomes nan").as_json()))

    assert set(raw) == {
        *("question", "answered", "planned", "confidence", "probability", "log", "error"),
        *("results", "nearest_written", "part"),
    }
    assert raw["nearest_written"] is None
    planned = ask(index, "where do I put dropout layers", 1)
    assert planned.as_json()["planned"] is True
    assert planned.as_json()["answered"] is False
    assert planned.as_json()["confidence"] == "answer"
    assert set(raw["results"][0]) == {
        "id",
        "question",
        "score",
        "short",
        "verified",
        "claims",
        "planned",
        "faq",
    }
    scores = [one["score"] for one in raw["results"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert {one["id"] for one in raw["results"] if one["planned"]} == {"dropout", "weight-decay"}


@pytest.mark.parametrize("n", [1, 2, 5])
def test_as_many_results_as_wanted_if_there_are_any(index, n):
    """Even where only one matches."""
    assert len(ask(index, "dropout", n).results) == min(n, 4)


def test_an_explanation_says_what_was_read(index):
    """Corrections, synonyms, signs, what is unknown, and the parts that make the score."""
    answer = ask(index, "val loss 2.303 exploodes in zebra")
    why = answer.explanation

    assert ("exploodes", "explodes") in why.corrections
    assert ("val", "valid") in why.synonyms
    assert any("lnk" in sign for sign, _ in why.signs)
    assert "zebra" in why.unknown
    odds = why.base + sum(why.parts[0].values())
    assert math.exp(odds) / (1 + math.exp(odds)) == pytest.approx(answer.results[0].score)
    assert ("loss", "question") in why.matched[0]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what shuold the loss of an untraned clasifier be", "what should the loss of an untrained classifier be"),
        ("my loss explods aftr some steps", "my loss explodes after some steps"),
    ],
)  # fmt: skip
def test_typing_errors_end_where_the_right_spelling_does(index, typed, meant):
    """Also in words that are not looked for, and swapped letters."""
    one, other = ask(index, typed), ask(index, meant)

    assert one.results[0].id == other.results[0].id
    assert one.confidence == other.confidence != "none"


def test_code_and_names_are_not_corrected(index):
    """What is no word of prose stays as it is typed."""
    text = "losss_fn(explods) Explods.step explods/2 EXPLODS explods=1"

    assert ask(index, text).explanation.corrections == ()


def test_a_phrasing_itself_is_never_refused(index):
    """However unusual its words are."""
    answer = ask(index, "derivation of the uniform cross-entropy")

    assert answer.results[0].id == "first-loss"
    assert answer.confidence != "none"


def test_what_is_in_doubt_is_a_guess(index):
    """The level follows from the probability, and a second entry close behind lowers it."""
    doubtful = TUNED._replace(fits=0.0, sure=(0.0, 0.0, -1.0))
    answers = [ask(index, "loss becomes NaN", tuning=one) for one in (TUNED, doubtful)]

    assert [one.confidence for one in answers] == ["answer", "guess"]
    assert answers[1].answered
    alone, close = (_right([2.0, second], TUNED) for second in (-5.0, 1.9))
    assert alone > close


def test_a_written_entry_far_behind_a_planned_one_is_not_named(index):
    """It has nothing to do with the question."""
    assert ask(index, "where do I put dropout layers").nearest_written is None


def test_a_known_word_is_not_corrected(index):
    """Common English is no typing error, nor is a word of the thesaurus."""
    assert ask(index, "float station momentum optimizer").explanation.corrections == ()


@pytest.mark.parametrize(
    "text",
    [
        '"unbalanced',
        "loss AND NOT (nan OR",
        "question:loss ^ * NEAR(",
        "' OR 1=1; --",
        "a" * 100_000,
        "loss " * 20_000,
        "\n".join(f"step {i} loss {1 / (i + 1)}" for i in range(5000)),
        "\x00\x1b[31m\ud800 loss \u202e nan",
        "？！…（loss）",
        "損失がNaNになる",
        "%s {} \\ $1",
    ],
)
def test_anything_can_be_asked(index, text):
    """Index syntax, control characters, long words and pasted logs are words like any other."""
    answer = ask(index, text)

    assert len(answer.results) == 4
    answer.question.encode()


def test_a_pasted_log_is_understood(index):
    """The line that tells stands among thousands that do not."""
    log = "\n".join(f"2024-01-01 12:00:{i:05} INFO step {i} data 0.01s" for i in range(3000))
    answer = ask(index, log + "\nWARNING loss is nan, stopping\n")

    assert answer.results[0].id == "nan-loss"


def test_the_columns_of_a_table_are_told_apart(index):
    """Tabs are no letters, and yet they say where a column ends."""
    rows = "\n".join(f"{i}\t{a}\t{b}" for i, (a, b) in enumerate([(2, 2), (1, 1), (0.5, 3)]))
    answer = ask(index, f"Epoch\tTraining Loss\tValidation Loss\n{rows}\n")

    assert answer.log == "training 0.5, validation 3 and rising"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(text=st.text(max_size=80))
def test_any_text_gets_an_answer(index, text):
    """Nothing that can be typed breaks it, and the same text gets the same answer."""
    assert ask(index, text) == ask(index, text)
