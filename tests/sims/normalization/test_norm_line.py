"""Steps along the gradient where the answer is known."""

from functools import partial

import torch
from sims.normalization.norm_line import norm_line
from torch.func import functional_call
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits
from dlfaq.sim.deep import Deep


def sim(**given):
    return norm_line(Replicates("norm_line", range(3)), **{"layers": 2, "steps": 3, **given})


def test_the_reach_is_the_last_rate_in_a_row_that_lowers_the_loss():
    measured = sim()

    for loss, after, reach in zip(
        measured["loss"], measured["after"], measured["reach"], strict=True
    ):
        reached = 2.0**-9
        for rate, value in zip(measured["rate"].tolist(), after, strict=True):
            if value >= loss:
                break
            reached = rate
        assert reach == reached


def test_the_loss_falls_by_the_squared_gradient_at_first():
    """To first order in the rate: L(w - r g) = L(w) - r |g|^2."""
    measured = sim(normalize="none")

    fallen = (measured["loss"] - measured["after"][:, 0]) / measured["rate"][0]
    torch.testing.assert_close(fallen, measured["gradient"] ** 2, rtol=0.1, atol=0)


def test_without_training_the_tries_start_from_the_fresh_network():
    """The training's rate does not matter then, and a step of 1/4 lowers the loss of two layers."""
    measured = sim(steps=0, lr=0.25)

    assert (measured["after"][:, measured["rate"].tolist().index(0.25)] < measured["loss"]).all()
    assert torch.equal(sim(steps=0, lr=9.0)["after"], measured["after"])


def test_each_try_is_one_step_from_the_same_start():
    """A plain network with the same weights: its batch's loss at w - r g, for each rate r."""
    measured = sim(steps=0)
    replicates = Replicates("norm_line", [1])
    make = partial(Deep, [64, 32, 32, 10], "relu", "batch", gain=1.4142135, last_gain=1.0)
    net = make()
    stacked = replicates.stack("net", make)
    net.load_state_dict({name: value[0] for name, value in stacked.weights().items()}, strict=False)
    data = digits(centred=True)
    index = replicates.batches("batches", 1200, 64, 1)[0, 0]
    x, y = data.x[index] / data.x.std(), data.y[index]
    F.cross_entropy(net(x), y).backward()

    for rate, after in zip(measured["rate"], measured["after"][1], strict=True):
        moved = {name: w - rate * w.grad for name, w in net.named_parameters()}
        loss = F.cross_entropy(functional_call(net, moved, (x,)), y).clamp(max=10)
        torch.testing.assert_close(after, loss.detach(), rtol=1e-3, atol=1e-4)
