"""Early stopping, schedules and averages where the answer is known."""

import itertools

import pytest
import torch
from sims.optimization.longer_training import _loss, _scaled, _task, longer_training
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import Data

LANGUAGE = {"data": "tokens", "examples": 64, "hidden": 8, "every": 10, "lr": 0.01}


def sim(**given):
    return longer_training(Replicates("longer_training", range(4)), **given)


def test_with_one_look_all_answers_agree():
    """Kept, last and averaged are the one network that was looked at."""
    measured = sim(steps=20, every=20)

    assert torch.equal(measured["kept"], measured["end"])
    assert torch.equal(measured["kept_loss"], measured["end_loss"])
    assert torch.allclose(measured["mean_loss"], measured["end_loss"])


def test_endless_patience_keeps_what_the_shorter_runs_kept():
    """A run is the start of a longer one, and more patience never keeps an earlier look."""
    short, long = sim(steps=100, every=10, patience=1000), sim(steps=200, every=10, patience=1000)

    assert torch.equal(short["accuracy"], long["accuracy"][:, :10])
    kept = {float(value) for value in long["kept"]}
    assert kept <= {float(value) for value in long["accuracy"].flatten()}


def test_early_stopping_equals_a_plain_loop():
    """The vectorized rule against the loop everybody writes, on losses that go up and down."""
    r = Replicates("longer_training", range(16))
    measured = longer_training(r, steps=100, every=2, batch=4, lr=0.02, patience=2)

    for i in range(16):
        best, waited, kept = float("inf"), 0, 0
        for look, loss in enumerate(measured["valid_loss"][i]):
            if loss < best:
                best, waited, kept = loss, 0, look
            else:
                waited += 1
            if waited >= 2:
                break
        assert measured["kept"][i] == measured["accuracy"][i, kept]
        assert measured["kept_loss"][i] == measured["loss"][i, kept]


def test_right_labels_need_no_replacement():
    """With wrong=1 all labels are random, and accuracy is that of chance."""
    clean, noisy = sim(wrong=0.0, steps=100, every=100), sim(wrong=1.0, steps=100, every=100)

    assert (clean["end"] > 0.7).all()
    assert (noisy["end"] < 0.3).all()


def test_validation_labels_are_as_wrong_as_those_for_training():
    """Nine tenths of the replaced labels are another class; test labels stay."""
    right, wrong = (
        _task(Replicates("longer_training", range(4)), "digits", 200, share)[0]
        for share in (0.0, 0.4)
    )

    for old, new in ((right.y, wrong.y), (right.y_valid, wrong.y_valid)):
        assert (old != new).double().mean().item() == pytest.approx(0.36, abs=0.05)
    assert torch.equal(right.open_test()[1], wrong.open_test()[1])


def test_a_horizon_of_all_steps_is_the_default():
    """A schedule made for the steps of the run is the one that 0 stands for."""
    given = {**LANGUAGE, "schedule": "cosine", "steps": 40}

    assert torch.equal(sim(**given)["loss"], sim(**given, horizon=40)["loss"])


def test_a_second_round_starts_where_the_first_ended():
    """At rate 0 the second round is no training at all."""
    given = {**LANGUAGE, "optimizer": "sgd", "steps": 40}
    still = sim(**{**given, "lr": 0.0}, rounds=2)

    assert (still["loss"] == still["loss"][:, :1]).all()
    assert still["step"].tolist() == [10, 20]


def test_two_rounds_of_plain_sgd_are_one_run():
    """SGD at a constant rate has no state but the weights."""
    given = {**LANGUAGE, "optimizer": "sgd", "steps": 40}
    once, twice = sim(**given), sim(**given, rounds=2)

    assert torch.equal(once["loss"][:, 2:], twice["loss"])


def test_no_model_beats_the_entropy():
    """The loss above the entropy is not below 0 by more than the test sentences scatter."""
    measured = sim(data="tokens", examples=2048, steps=400, every=400, lr=0.01)

    assert (measured["end_loss"] > -0.1).all()
    assert (measured["end_loss"] < 0.3).all()


def test_a_temperature_helps_where_the_network_is_too_sure():
    """On memorized labels the best temperature lowers the loss a lot."""
    measured = sim(wrong=0.8, steps=300, every=300, patience=1)

    assert (measured["scaled_loss"] < measured["end_loss"]).all()


def test_the_temperature_is_chosen_on_validation_rows():
    """Always right there, always wrong on the test rows: the lowest temperature, the worst here."""
    logits = 5 * torch.eye(10).expand(2, 10, 10)
    right = torch.arange(10).expand(2, 10)
    task = Data((logits, right), (logits, right), (logits, right), 10)
    wrong = right.roll(1, 1)

    assert torch.allclose(_scaled(lambda x: x, task, logits, wrong), _loss(logits / 0.5, wrong))


def test_with_one_look_both_temperatures_agree():
    """The kept network is the last one, and so is its scaled loss."""
    measured = sim(steps=60, every=60)

    assert torch.allclose(measured["kept_scaled_loss"], measured["scaled_loss"])


def test_the_kept_network_is_scaled_not_the_last():
    """On memorized labels early stopping keeps another network, at whatever temperature."""
    measured = sim(wrong=0.8)

    assert (measured["kept_loss"] != measured["end_loss"]).all()
    assert (measured["kept_scaled_loss"] != measured["scaled_loss"]).all()


def test_the_target_is_the_next_token():
    """Tokens that are learned as their own successors would be far from the entropy."""
    r = Replicates("longer_training", range(2))
    task, floor, _ = _task(r, "tokens", 64, 0.0)
    sentence = task.x.argmax(-1).unflatten(1, (64, 8))  # (R, 64, 8)
    answers = task.y.unflatten(1, (64, 8))

    assert torch.equal(sentence[..., 1:], answers[..., :-1])
    assert (floor > 1).all()
    assert (floor < 3).all()


def rates(scheduler: torch.optim.lr_scheduler.LRScheduler, steps: int) -> list[float]:
    """The rate after each of so many further steps."""
    found = []
    for _ in range(steps):
        scheduler.optimizer.step()
        scheduler.step()
        found.append(scheduler.optimizer.param_groups[0]["lr"])
    return found


def sgd() -> torch.optim.SGD:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)


@pytest.mark.parametrize(("name", "middle"), [("lambda", 0.25), ("linear", 0.0), ("cosine", 0.5)])
def test_a_scheduler_loaded_with_the_state_of_a_shorter_one(name, middle):
    """LambdaLR takes its new length, LinearLR and CosineAnnealingLR keep the old one."""
    make = {
        "lambda": lambda opt, n: LambdaLR(opt, lambda step: max(0.0, 1 - step / n)),
        "linear": lambda opt, n: LinearLR(opt, 1.0, 0.0, n),
        "cosine": CosineAnnealingLR,
    }[name]
    old = make(sgd(), 100)
    rates(old, 100)
    new_optimizer = sgd()
    new_optimizer.load_state_dict(old.optimizer.state_dict())
    new = make(new_optimizer, 200)
    new.load_state_dict(old.state_dict())

    assert rates(new, 50)[-1] == pytest.approx(middle, abs=1e-6)


def test_another_t_max_midway_goes_on_from_the_rate_of_now():
    """It neither jumps to the longer schedule nor misses its end."""
    scheduler = CosineAnnealingLR(sgd(), 100)
    assert rates(scheduler, 50)[-1] == pytest.approx(0.5)
    scheduler.T_max = 200
    after = rates(scheduler, 150)

    assert after[0] == pytest.approx(0.5, abs=0.01)
    assert after[-1] == pytest.approx(0.0, abs=1e-6)
    assert all(later < earlier for earlier, later in itertools.pairwise(after))
