"""The run against a plain loop, what each cause touches, and the printed rule."""

import pytest
import torch
from sims.symptoms.rising_validation import WORDS, rising_validation
from tests.sims.plain import plain_mlp
from tests.sims.printed import defined, part_code
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.setups import Setup
from dlfaq.sim.training_data import load


def measure(count=2, **settings):
    """A few replicates."""
    short = {"steps": 20, "examples": 128, "held": 100, "every": 5}
    return rising_validation(Replicates("rising_validation", range(count)), **short | settings)


def test_the_run_is_a_plain_loop():
    """Replicate 1 alone, as an ordinary script would train it and look at it."""
    measured = measure()
    drawn = Replicates("rising_validation", [1])
    data = load(drawn, "digits", own=True, scale="unit").mapped(lambda x: (x - 0.3) / 0.38)
    model = plain_mlp(Setup().network(drawn, data).weights())
    optimizer = torch.optim.AdamW(model.parameters(), lr=Setup().rate)
    x, y = data.x[0], data.y[0]
    losses, valid = [], []
    for step, rows in enumerate(drawn.batches("batches", 128, 32, 20)[0]):
        if step % 5 == 0:
            valid.append(F.cross_entropy(model(x[228:328]), y[228:328]).item())
        loss = F.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    valid.append(F.cross_entropy(model(x[228:328]), y[228:328]).item())
    own = F.cross_entropy(model(x[:128]), y[:128]).item()
    right = (model(x[:128]).argmax(1) == y[:128]).float().mean().item()
    assert measured["logged"][1].item() == pytest.approx(sum(losses[-4:]) / 4, rel=1e-3)
    assert measured["own_loss"][1].item() == pytest.approx(own, rel=1e-3)
    assert measured["own"][1].item() == pytest.approx(right, abs=0.01)
    assert measured["end_loss"][1].item() == pytest.approx(valid[-1], rel=5e-3)
    assert measured["best_loss"][1].item() == pytest.approx(min(valid), rel=5e-3)


def test_the_rule_says_one_word():
    """The first that fits, and no other."""
    measured = measure(4, cause="wrong-all")
    assert (sum(measured[word] for word in WORDS) == 1).all()


@pytest.mark.parametrize("cause", ["shift", "wrong-valid", "unscaled"])
def test_what_is_wrong_in_evaluation_leaves_training_alone(cause):
    """The log is the same, the validation loss is not."""
    sound, broken = measure(), measure(cause=cause)
    assert torch.equal(sound["logged"], broken["logged"])
    assert (broken["end_loss"] > sound["end_loss"]).all()
    alike = torch.equal(sound["own_loss"], broken["own_loss"])
    assert alike == (cause != "unscaled")


def test_a_share_of_labels_is_wrong():
    """Nine in ten of those that are drawn anew; without any there are none to find."""
    assert (measure()["doubtful_end"] == 0).all()
    measured = measure(8, cause="wrong-all", strength=2.5)  # all of them
    assert measured["doubtful_end"].mean() > 0.8


def test_copies_are_easy_for_one_who_has_learnt_the_originals():
    """The cut is as easy as training, and validation is not."""
    measured = measure(cause="copies", steps=60)
    assert (measured["sets"] == 1).all()


# --- the code that the page prints, on ordinary modules ------------------------------------------


def test_the_printed_rule_tells_five_cases_apart():
    """Losses and hits made up so that one reason fits."""
    names = {"torch": torch, "F": F}
    defined(part_code("overfitting-diagnosis", "rule")[0], names, until="training =")
    why, steps = names["why"], torch.linspace(0, 0.2, 100)
    low, high = (0.1 + steps, torch.ones(100)), (2.0 + steps, torch.zeros(100))
    up = (2.0 + steps, torch.ones(100))
    assert why(0.1, high, low, low, low) == "the evaluation code"
    assert why(0.2, low, low, low, high) == "the sets differ"
    assert why(0.2, low, low, low, low) == "no rise beyond noise"
    assert why(0.2, low, high, low, high) == "accuracy falls"
    assert why(0.2, low, up, low, up) == "only the loss rises"


def test_the_printed_look_is_in_evaluation_mode():
    """And leaves the model in training mode."""
    names = {"torch": torch, "F": F, "model": nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))}
    defined(part_code("overfitting-diagnosis", "rule")[0], names, until="training =")
    batches = [(torch.randn(5, 4), torch.randint(3, (5,))) for _ in range(2)]
    first, second = names["look"](batches), names["look"](batches)
    assert torch.equal(first[0], second[0])
    assert first[0].shape == (10,)
    assert names["model"].training
