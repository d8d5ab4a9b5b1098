"""The rules for a rate, as printed on the page and as simulated, against plain loops."""

import copy
import math

import pytest
import torch
from sims.symptoms.chosen_rate import chosen_rate
from sims.symptoms.slope_rate import _suggestion, slope_rate
from sims.symptoms.ten_times import ten_times
from tests.sims.printed import defined, part_code
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.optimizers import grid
from dlfaq.sim.range_test import RULES, range_test, smoothed, suggested
from dlfaq.sim.setups import Setup
from dlfaq.sim.training_data import load


def plain(drawn, hidden=(32, 32), part="net"):
    """Data, a stacked network of one replicate, and the same network as an ordinary module."""
    data, alone = load(drawn, valid=200, own=True), []

    def make() -> nn.Module:
        alone.append(mlp(64, [*hidden], 10))
        return copy.deepcopy(alone[-1])

    return data, drawn.stack(part, make), alone[0]


def printed(model, optimizer, loader):
    """The functions that the page prints, for one network."""
    names = {
        "torch": torch, "math": math, "model": model, "optimizer": optimizer, "loader": loader,
        "loss_fn": F.cross_entropy,
    }  # fmt: skip
    for part in ("finder", "signs"):
        for code in part_code("learning-rate-range", part):
            defined(code, names)
    return names


def batches(data, order):
    return [(data.x[0, rows], data.y[0, rows]) for rows in order[0]]


def test_the_printed_range_test_suggests_what_the_library_does():
    """A tenth of the rate at the lowest smoothed loss; the network is left as it was."""
    drawn = Replicates("printed", [0])
    data, net, model = plain(drawn)
    order = drawn.batches("batches", len(data), 32, 100)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    names = printed(model, optimizer, batches(data, order))
    before = copy.deepcopy(model.state_dict())
    found = names["range_test"]()

    rates, losses = range_test(net, data, order, "sgd")
    expected = suggested("minimum", rates, smoothed(losses, 0.98)).item()
    assert found == pytest.approx(expected, rel=1e-6)
    assert all(torch.equal(w, before[n]) for n, w in model.state_dict().items())
    assert optimizer.param_groups[0]["lr"] == 0.1


@pytest.mark.parametrize(("times", "word"), [(0.1, "low"), (1.0, "neither"), (10.0, "high")])
def test_the_printed_comparison_says_what_the_simulation_does(times, word):
    """With SGD, whose decay is 0 in both."""
    measured = ten_times(
        Replicates("ten_times", [1]), times=times, optimizer="sgd", whole=1
    )  # fmt: skip
    drawn = Replicates("ten_times", [1])
    setup = Setup("mlp", "sgd", times)
    data, alone = setup.data(drawn), []
    drawn.stack("net", lambda: alone.append(setup._one(data, cut=False)) or copy.deepcopy(alone[0]))
    model, order = alone[0], drawn.batches("batches", len(data), 32, 100)
    optimizer = torch.optim.SGD(model.parameters(), lr=setup.rate)
    names = printed(model, optimizer, batches(data, order))

    told = names["compare"]()
    said = "low" if measured["low"] else "high" if measured["high"] else "neither"
    assert said == word
    assert word in told


def test_rules_read_a_loss_made_by_hand():
    """Flat for ten steps, down by one a step, flat, up: where each rule points."""
    rates = [10.0**step for step in range(40)]
    losses = [20.0] * 12 + [float(v) for v in range(19, 9, -1)] + [12.0] * 8 + [50.0] * 10
    row = torch.tensor([losses])
    assert suggested("minimum", rates, row).item() == pytest.approx(rates[21] / 10)
    assert suggested("blowup", rates, row).item() == pytest.approx(rates[30] / 10)
    assert rates[10] <= suggested("valley", rates, row).item() <= rates[21]
    jump = losses.copy()
    jump[15] = 10.5  # from 17 to 10.5 at once
    assert suggested("steepest", rates, torch.tensor([jump])).item() == rates[14]
    assert set(RULES) == {"minimum", "blowup", "valley", "steepest"}


def test_a_loss_that_is_nan_ends_the_test():
    """What comes after it is not read."""
    row = torch.full((1, 40), 2.0)
    row[0, 20], row[0, 25], row[0, 30] = 1.9, math.nan, 0.1
    assert suggested("minimum", [float(s) for s in range(40)], row).item() == 2.0


def test_smoothing_makes_up_for_its_start_at_zero():
    """A constant stays constant; without smoothing nothing changes."""
    assert torch.allclose(smoothed(torch.full((2, 30), 3.0), 0.98), torch.tensor(3.0))
    losses = torch.rand(2, 30)
    assert torch.equal(smoothed(losses, 0.0), losses)


@pytest.mark.parametrize("rule", ["given", "grid", "minimum"])
def test_the_run_starts_anew_at_the_rate_that_was_chosen(rule):
    """A plain loop from the first weights ends at the same accuracy."""
    measured = chosen_rate(
        Replicates("chosen_rate", [3]), rule=rule, lr=0.2, optimizer="sgd", steps=40
    )
    drawn = Replicates("chosen_rate", [3])
    data, _, model = plain(drawn)
    order = drawn.batches("batches", len(data), 32, 100)
    optimizer = torch.optim.SGD(model.parameters(), lr=measured["rate"].item())
    for x, y in batches(data, order)[:40]:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    x, y = data.open_test()
    right = (model(x[0]).argmax(1) == y[0]).double().mean().item()
    assert measured["accuracy"].item() == pytest.approx(right, abs=0.005)
    if rule == "grid":
        assert min(abs(measured["rate"].item() / rate - 1) for rate in grid("sgd")) < 1e-6


def test_the_grid_may_train_fewer_steps_or_a_smaller_network():
    """Then other rates may come out; the run itself stays as long and as wide."""
    drawn = lambda: Replicates("chosen_rate", range(4))  # noqa: E731 - a fresh one each time
    full = chosen_rate(drawn(), steps=60)
    short = chosen_rate(drawn(), steps=60, tuning_steps=5)
    narrow = chosen_rate(drawn(), steps=60, tuning_hidden=4)
    assert not torch.equal(full["rate"], short["rate"])
    assert not torch.equal(full["rate"], narrow["rate"])
    again = chosen_rate(drawn(), rule="given", lr=full["rate"][0].item(), steps=60)
    assert again["accuracy"][0] == pytest.approx(full["accuracy"][0].item(), abs=0.005)


def test_times_multiplies_what_was_chosen():
    """A third of a given rate is that rate divided by three."""
    drawn = Replicates("chosen_rate", range(2))
    measured = chosen_rate(drawn, rule="given", lr=0.3, times=1 / 3, steps=2)
    assert measured["rate"].tolist() == pytest.approx([0.1, 0.1])


def test_the_printed_range_test_says_if_the_data_are_bad():
    """A NaN in the first batch ends the test before there is anything to read."""
    model = nn.Linear(4, 3)
    x, y = torch.ones(8, 4), torch.zeros(8, dtype=torch.long)
    names = printed(model, torch.optim.SGD(model.parameters(), lr=0.1), [(x, y)])
    names["loader"] = [(math.nan * x, y)]
    with pytest.raises(ValueError, match="check the data"):
        names["range_test"]()


def test_a_slope_over_the_rate_favours_low_rates():
    """A small fall at a low rate is steeper than a large one at a high rate; NaN ends the test."""
    rates = [10.0 ** (step / 10) for step in range(60)]
    losses = torch.full((60,), 3.0)
    losses[13:], losses[40:], losses[50:] = 2.99, 2.0, math.nan
    assert _suggestion(rates, losses, "rate") == pytest.approx(rates[12], rel=0.3)
    assert _suggestion(rates, losses, "step") == pytest.approx(rates[39], rel=0.3)


def test_the_suggestion_is_trained_from_the_first_weights():
    """As at the same rate when it is given."""
    measured = slope_rate(Replicates("same", [3]), over="step", optimizer="sgd", steps=20)
    given = {"rule": "given", "lr": measured["rate"].item(), "optimizer": "sgd", "steps": 20}
    again = chosen_rate(Replicates("same", [3]), **given)
    assert measured["accuracy"].item() == pytest.approx(again["accuracy"].item(), abs=0.005)
