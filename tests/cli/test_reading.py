"""`dlfaq ask`, `show` and `list`, as their users call them."""

import json

import pytest
from tests.cli.conftest import TOY

QUESTIONS = {
    "my first loss is 2.3 with 10 classes, is that right": "initial-loss",
    "can I just train longer to get a better model": "train-longer",
    "should I normalize sentence embeddings before cosine similarity": "normalize-embeddings",
    "why do we need activation functions": "why-activations",
    "why is sigmoid bad, it saturates": "tanh-sigmoid-saturation",
    "relu neurons died, all outputs are zero": "dying-relu",
    "why is my loss nan": "loss-spikes-nan",
    "what does warmup do for the learning rate": "lr-schedules",
}


@pytest.mark.parametrize(("question", "entry"), QUESTIONS.items(), ids=QUESTIONS.values())
def test_the_right_entry_comes_first(dlfaq, question, entry):
    """Each of the first eight entries is found by a plain question, without quotes."""
    done = dlfaq("ask", "--json", *question.split())
    answer = json.loads(done.stdout)

    assert done.returncode == 0
    assert answer["answered"] is True
    assert answer["question"] == question
    assert answer["results"][0]["id"] == entry
    assert len(answer["results"]) >= 5
    assert {"id", "question", "score", "short", "verified", "claims"} <= set(answer["results"][0])
    scores = [result["score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)


def test_an_answer_is_complete_without_another_command(dlfaq):
    """The question, the short answer, how many claims hold, and the runners-up."""
    done = dlfaq("ask", "why is my loss nan")

    assert done.returncode == 0
    assert done.stderr == ""
    assert "Why does my loss spike or become NaN?" in done.stdout
    assert "measured" in done.stdout
    assert "hold" in done.stdout
    assert "\x1b" not in done.stdout
    assert "{{" not in done.stdout
    assert "\\" not in done.stdout


def test_standard_input_is_asked_with_a_dash(dlfaq):
    """An error message or the tail of a log can be piped in."""
    log = "epoch 1 loss 2.31\nepoch 2 loss 4.9\nepoch 3 loss nan\nRuntimeWarning: loss is nan\n"
    done = dlfaq("ask", "-", "--json", stdin=log)

    assert done.returncode == 0
    assert json.loads(done.stdout)["results"][0]["id"] == "loss-spikes-nan"


def test_what_does_not_fit_is_not_answered(dlfaq):
    """It says so, names the nearest, and ends with 1."""
    question = "how do I export my model to onnx and call it from C"
    done = dlfaq("ask", question)
    answer = json.loads(dlfaq("ask", "--json", question).stdout)

    assert done.returncode == 1
    assert answer["answered"] is False
    assert any(result["id"] in done.stdout for result in answer["results"][:3])


@pytest.mark.parametrize(
    "words",
    ["", " ", "???", "\x1b[31mred\x07", "a" * 50_000, '" OR 1=1 --', "NEAR(", "*", "🤖"],
)
def test_no_words_break_it(dlfaq, words):
    """An answer, a refusal or bad usage; never a traceback, never a control character."""
    done = dlfaq("ask", words)

    assert done.returncode in {0, 1, 2}
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "\x07" not in done.stdout + done.stderr


def test_nothing_asked_is_bad_usage(dlfaq):
    """Without a question there is nothing to answer."""
    assert dlfaq("ask").returncode == 2
    assert dlfaq("ask", "-", stdin="").returncode == 2


def test_n_full_and_explain(dlfaq):
    """-n limits the runners-up, --full adds the explanation, --explain says why this entry."""
    plain = dlfaq("ask", "why is my loss nan").stdout
    full = dlfaq("ask", "--full", "why is my loss nan").stdout
    explained = dlfaq("ask", "--explain", "why is my loss nan")
    few = json.loads(dlfaq("ask", "--json", "-n", "6", "why is my loss nan").stdout)

    assert len(full) > 2 * len(plain)
    assert explained.returncode == 0
    assert "nan" in explained.stdout.lower()
    assert len(explained.stdout) > len(plain)
    assert len(few["results"]) == 6


def test_show_prints_an_entry_whole(dlfaq):
    """Question, long answer, claims, source statements, references."""
    done = dlfaq("show", "initial-loss")

    assert done.returncode == 0
    assert "What loss should a classifier show before any training?" in done.stdout
    assert "{{" not in done.stdout


def test_show_for_a_program(dlfaq):
    """Steps, parts, claims with their conditions; a part alone says of which entry it is."""
    whole = json.loads(dlfaq("show", "initial-loss", "--json").stdout)
    name = whole["parts"][0]["id"]
    part = json.loads(dlfaq("show", f"initial-loss#{name}", "--json").stdout)

    keys = "id question form draft short do parts claims references related sources"
    assert set(keys.split()) <= set(whole)
    of_claim = "id kind says expect shows verdict measured holds_under fails_under"
    assert all(set(of_claim.split()) <= set(one) for one in whole["claims"])
    assert "{{" not in json.dumps(whole)
    assert part == {"entry": "initial-loss", **whole["parts"][0]}


def test_show_of_a_part(dlfaq):
    """Its text below its title; of an unknown one the nearest is named."""
    name = json.loads(dlfaq("show", "initial-loss", "--json").stdout)["parts"][0]["id"]
    done = dlfaq("show", f"initial-loss#{name}")

    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("The whole answer: dlfaq show initial-loss")
    wrong = dlfaq("show", f"initial-loss#{name}s")
    assert wrong.returncode == 2
    assert f"Did you mean '{name}'?" in wrong.stderr


def test_show_finds_what_was_meant(dlfaq):
    """A mistyped id, or words; in the first line it says that this is no id."""
    for words in (["inital-loss"], ["loss", "before", "training"]):
        done = dlfaq("show", *words)

        assert done.returncode == 0
        assert done.stdout.startswith(f"No entry has the id '{' '.join(words)}'")
        assert "[initial-loss]" in done.stdout
    assert "[loss-spikes-nan]" in dlfaq("show", "nan").stdout


def test_show_of_what_nothing_fits_is_bad_usage(dlfaq):
    """One message, exit 2, no traceback."""
    done = dlfaq("show", "zebra")

    assert done.returncode == 2
    assert "there is no entry 'zebra'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_first_word_that_is_no_command_begins_a_question(dlfaq):
    """Unless it looks like a command that was mistyped: then that is said."""
    assert (
        dlfaq("why", "is", "my", "loss", "nan").stdout == dlfaq("ask", "why is my loss nan").stdout
    )
    assert "[loss-spikes-nan]" in dlfaq("nan").stdout
    wrong = dlfaq("verfy", "initial-loss")
    assert wrong.returncode == 2
    assert "Did you mean `dlfaq verify`?" in wrong.stderr


def test_planned_is_not_answered(dlfaq):
    """Exit 1; a program is told so, and what is near only if it fits."""
    done = dlfaq("ask", "double descent")
    answer = json.loads(dlfaq("ask", "--json", "double descent").stdout)

    assert done.returncode == 1
    assert "is planned" in done.stdout
    assert (answer["answered"], answer["planned"]) == (False, True)
    assert answer["results"][0]["entry"]["planned"] is True


def test_the_best_result_holds_the_whole_entry(dlfaq):
    """What `show --json` prints: no second call is needed."""
    answer = json.loads(dlfaq("ask", "--json", "why is my loss nan").stdout)

    assert answer["confidence"] == "answer"
    assert answer["probability"] > 0.6
    assert answer["results"][0]["entry"] == json.loads(
        dlfaq("show", "--json", "loss-spikes-nan").stdout
    )
    assert "entry" not in answer["results"][1]


def test_an_error_is_refused_by_name(dlfaq):
    """No entry is called its answer because it shares a word."""
    done = dlfaq(
        "ask", "RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x512 and 784x10)"
    )

    assert done.returncode == 1
    assert done.stdout == "This is a shape mismatch. No entry here is about it.\n"


def test_a_log_is_read_by_its_numbers(dlfaq):
    """What they show is said, and asked."""
    losses = [(2.0, 2.1), (1.0, 1.2), (0.5, 1.3), (0.2, 1.4)]
    log = "\n".join(f"epoch {i} train_loss {a} val_loss {b}" for i, (a, b) in enumerate(losses))
    done = dlfaq("ask", "-", stdin=log)

    assert done.stdout.startswith("Your log: training 0.2, validation 1.4 and rising.\n")
    assert "[overfitting-diagnosis]" in done.stdout


def test_a_teams_faq_is_asked_with_the_bundled_one(dlfaq):
    """Each result says where it comes from; `--only` leaves the bundled one out."""
    both = json.loads(dlfaq("ask", "--json", "why is my loss nan", "--root", TOY).stdout)
    own = json.loads(dlfaq("ask", "--json", "why is my loss nan", "--only", "--root", TOY).stdout)
    text = dlfaq("ask", "why is my loss nan", "--root", TOY).stdout

    assert (both["results"][0]["id"], both["results"][0]["faq"]) == ("loss-spikes-nan", "bundled")
    assert {one["faq"] for one in own["results"]} == {"toy"}
    assert "[bundled: loss-spikes-nan]" in text
    assert "[loss-spikes-nan]" in dlfaq("show", "loss-spikes-nan", "--root", TOY).stdout
    assert dlfaq("show", "loss-spikes-nan", "--only", "--root", TOY).returncode == 2


def test_list(dlfaq):
    """Every entry with its topics and its verified claims."""
    rows = json.loads(dlfaq("list", "--json").stdout)

    assert {row["id"] for row in rows} >= set(QUESTIONS.values())
    for row in rows:
        keys = "id question topics claims verified planned form draft"
        assert set(row) == set(keys.split())
        assert row["planned"] or 0 < row["verified"] <= row["claims"]


def test_list_of_a_topic(dlfaq):
    """Only its entries; an unknown topic gets the nearest one named."""
    rows = json.loads(dlfaq("list", "--topic", "activations", "--json").stdout)

    assert rows
    assert all("activations" in row["topics"] for row in rows)
    wrong = dlfaq("list", "--topic", "activation")
    assert wrong.returncode == 2
    assert "'activations'" in wrong.stderr
