"""Spikes and NaN: cases that algebra, or PyTorch run by hand, decides."""

import math
import re
import warnings
from pathlib import Path

import pytest
import torch
from sims.divergence.adam_after_silence import adam_after_silence
from sims.divergence.find_nan import find_nan
from sims.divergence.fragile_expressions import fragile_expressions
from sims.divergence.stability_limit import stability_limit
from torch.nn import functional as F

from dlfaq.knowledge.simulations import read_simulation
from dlfaq.sim import Replicates, expressions

ROOT = Path(__file__).parents[3]
NAMES = read_simulation(ROOT, "fragile_expressions").parameters["expression"].choices


@pytest.mark.parametrize("ratio", [0.1, 0.9, 1.2])
def test_a_step_multiplies_by_one_minus_rate_times_curvature(ratio):
    """After n steps the distance is that factor to the n."""
    measured = stability_limit(
        Replicates("stability_limit", range(3)), ratio=ratio, curvature=5.0, steps=20
    )
    expected = torch.full((3,), 20 * math.log(abs(1 - 2 * ratio)), dtype=torch.float64)

    torch.testing.assert_close(measured["growth"], expected)


def test_all_know_the_same_expressions():
    """Both simulations offer each of them."""
    both = read_simulation(ROOT, "find_nan").parameters["expression"].choices

    assert tuple(NAMES) == tuple(both) == expressions.NAMES


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"one-std"}))
def test_both_forms_are_the_same_mathematics(name):
    """Where neither is fragile they agree."""
    x = 0.25 + torch.rand(4, 8, generator=torch.Generator().manual_seed(0)) / 2

    torch.testing.assert_close(
        expressions.fragile(name, x, hidden=False),
        expressions.stable(name, x, hidden=False),
        rtol=1e-3,
        atol=1e-5,
    )


def test_the_standard_deviations_differ_by_their_divisor():
    """A divisor of n - 1 in the fragile form, n in the stable one, and 1e-5 under its root."""
    x = torch.rand(4, 8, generator=torch.Generator().manual_seed(0))
    both = [form("one-std", x, hidden=False) for form in (expressions.fragile, expressions.stable)]

    torch.testing.assert_close(both[0] ** 2 * 7 / 8 + 1e-5, both[1] ** 2, rtol=1e-5, atol=0)


def test_a_root_at_zero_is_finite_and_its_slope_is_not():
    """The loss looks innocent."""
    measured = fragile_expressions(Replicates("fragile_expressions", range(2)), expression="root")

    assert measured["value"].tolist() == [True, True]
    assert measured["finite"].tolist() == [False, False]


@pytest.mark.parametrize(
    ("name", "hook", "anomaly"),
    [("log-sum-exp", True, False), ("softmax", True, True), ("root", False, True)],
)
def test_hooks_see_values_and_anomaly_mode_sees_gradients(name, hook, anomaly):
    """Only a logarithm of 0 is found by both: its loss is inf, and its gradient NaN at once."""
    measured = find_nan(Replicates("find_nan", range(2)), expression=name)

    assert measured["finite"].tolist() == [name == "root"] * 2
    assert measured["hook"].tolist() == [hook] * 2
    assert measured["anomaly"].tolist() == [anomaly] * 2


def test_a_harmless_network_is_not_reported():
    """Neither tool finds anything, and the loss is finite."""
    measured = find_nan(Replicates("find_nan", range(2)), expression="exp", extreme=False)

    assert measured["finite"].all()
    assert not measured["hook"].any() | measured["anomaly"].any() | measured["named"].any()


def message(loss):
    """The function that anomaly mode stops in, if it stops."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # anomaly mode says that it is slow
        with torch.autograd.detect_anomaly():
            value = loss()
            try:
                value.backward()
            except RuntimeError as error:
                return value.detach(), re.search(r"'(\w+)' returned nan", str(error))[1]
    return value.detach(), ""


@pytest.mark.parametrize(
    ("form", "x", "name"),
    [
        (lambda x: (x * x).sum().sqrt(), torch.zeros(4), "MulBackward0"),
        (lambda x: x.square().sum().sqrt(), torch.zeros(4), "PowBackward0"),
        (
            lambda x: (x.square().mean() - x.mean().square() - 1).sqrt(),
            torch.ones(4),
            "SqrtBackward0",
        ),
        (lambda x: torch.where(x > 0, x.log(), 0.0).sum(), torch.zeros(4), "LogBackward0"),
        (lambda x: x.acos().sum(), torch.ones(4), ""),
    ],
)
def test_the_message_names_the_function(form, x, name):
    """Only the root of a negative number has a loss that is NaN."""
    value, named = message(lambda: form(x.clone().requires_grad_()))

    assert named == name
    assert value.isfinite() == (name != "SqrtBackward0")


def test_a_gradient_of_inf_becomes_nan_behind_random_layers():
    """A sum with weights of either sign holds inf - inf; the message names that layer."""
    torch.manual_seed(0)
    first, second = torch.nn.Linear(4, 4), torch.nn.Linear(4, 4)

    def loss(*layers):
        h = torch.ones(2, 4)
        for layer in layers:
            h = layer(h)
        return (h / h.detach()).acos().sum()  # arccosines of exactly 1

    assert message(lambda: loss(first))[1] == ""
    assert message(lambda: loss(first, second))[1] == "AddmmBackward0"


def test_a_batch_without_labels_has_no_mean():
    """Cross-entropy divides by the number of labels; a wrong label of 255 goes unnoticed."""
    empty, logits = torch.full((3,), -100), torch.zeros(3, 5, requires_grad=True)

    loss = F.cross_entropy(logits, empty)
    assert loss.isnan()
    loss.backward()
    assert (logits.grad == 0).all()
    assert F.cross_entropy(logits, empty, reduction="sum") == 0
    with pytest.raises(IndexError):
        F.cross_entropy(logits, torch.tensor([0, 255, 1]))
    targets = torch.tensor([0.0, 255.0, 1.0])
    assert F.binary_cross_entropy_with_logits(torch.zeros(3), targets).isfinite()


def test_a_scheduler_brings_the_old_rate_back():
    """Dividing the optimizer's rate is undone at the next step; dividing the base rates is not."""
    for divide_base, rate in ((False, 0.1), (True, 0.01)):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)
        optimizer.param_groups[0]["lr"] /= 10
        if divide_base:
            scheduler.base_lrs = [one / 10 for one in scheduler.base_lrs]
        optimizer.step()
        scheduler.step()
        assert optimizer.param_groups[0]["lr"] == pytest.approx(rate)


@pytest.mark.parametrize("silence", [10, 500])
def test_the_step_after_silence_follows_adams_formula(silence):
    """(1 - β1) / sqrt(1 - β2), each divided by its bias correction."""
    measured = adam_after_silence(
        Replicates("adam_after_silence", range(2)), active=0, silence=silence
    )
    first = 0.1 / (1 - 0.9 ** (silence + 1))
    second = math.sqrt(0.001 / (1 - 0.999 ** (silence + 1)))

    torch.testing.assert_close(
        measured["step"], torch.full((2,), first / second, dtype=torch.float64), rtol=1e-5, atol=0
    )
