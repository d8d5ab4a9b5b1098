"""What the numbers of a pasted log show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.ask.logs import NOTHING, read_log

FALLS_AND_RISES = [(2.0, 2.1), (1.0, 1.2), (0.5, 1.3), (0.2, 1.4)]
OVERFITS = "training 0.2, validation 1.4 and rising"


def lines(form, values):
    return "\n".join(form.format(i, *one) for i, one in enumerate(values, 1))


FORMS = {
    "plain": "epoch {} train_loss {} val_loss {}",
    "keras": "Epoch {}/4\n100/100 [====] - 3s 30ms/step - loss: {} - val_loss: {}",
    "two lines": "Epoch {}\ntrain Loss: {}\nval Loss: {}",
    "json": "{{'epoch': {}, 'loss': {}, 'eval_loss': {}}}",
    "equals": "[{}] train/loss={} valid/loss={} lr=0.001",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_usual_forms_are_read(form):
    """Keras, Trainer, plain print: the same numbers say the same."""
    log = read_log(lines(form, FALLS_AND_RISES))

    assert log is not None
    assert log.said == OVERFITS
    assert log.means == "training loss falls but validation loss rises, overfitting"


def test_a_table_is_read():
    """Its first line names the columns."""
    rows = lines("{}\t{}\t{}", FALLS_AND_RISES)

    assert read_log(f"Epoch\tTraining Loss\tValidation Loss\n{rows}").said == OVERFITS


@pytest.mark.parametrize(
    ("form", "values", "said"),
    [
        ("step {}: loss {}", [(2.1,), (1.5,), ("nan",)], "loss 1.5, then nan"),
        ("step {}: loss {}", [("nan",)] * 3, "the loss is nan from the first line on"),
        ("[{}] loss={} acc=0.5", [(0.6931,), (0.6935,), (0.693,)], "the loss is flat at 0.693, which is ln 2"),
        ("step {} loss {}", [(5.51,), (5.5,), (5.52,)], "the loss is flat at 5.51"),
        ("epoch {}, accuracy: {}%", [(10.01,), (9.99,), (10.0,)], "accuracy 0.1 throughout, chance for 10 classes"),
        ("{} loss {}", [(1.0,), (4.0,), (30.0,), (500.0,)], "training loss from 1 up to 500"),
        ("{} loss {} val loss {}", [(2.0, 1.2), (1.5, 0.9), (1.1, 0.6)], "validation 0.6 below training 1.1"),
        ("{} acc {} val_acc {}", [(0.5, 0.5), (0.8, 0.6), (0.99, 0.6)], "training accuracy 0.99, validation 0.6"),
        ("{} loss {}", [(2.0,), (1.0,), (0.5,)], NOTHING),
    ],
)  # fmt: skip
def test_each_shape_is_said(form, values, said):
    """With the numbers that show it."""
    assert read_log(lines(form, values)).said == said


def test_the_askers_own_words_stay():
    """They are asked together with what the log shows."""
    log = read_log("why is this?\n" + lines("step {} loss {}", [(2.3,), (2.31,), (2.3,)]))

    assert log.words == "why is this?"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my loss is 2.3",
        "loss 1\nloss 2",
        "one\ntwo\nthree losses\nfour",
        "Accuracy: 9832/10000\n" * 2,
    ],
)
def test_what_is_no_log_is_left_alone(text):
    """Fewer than three values have no course."""
    assert read_log(text) is None


@given(st.text(alphabet="loss acc:=1.e-nai\n\t|", max_size=200))
def test_anything_can_be_pasted(text):
    """Nothing breaks it."""
    read_log(text)
