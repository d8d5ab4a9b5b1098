"""Units that died: against a plain loop, and what each cure does to them."""

import pytest
import torch
from sims.activations.dead_units import dead_units
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load


def run(**parameters) -> dict[str, torch.Tensor]:
    return dead_units(Replicates("name", range(3)), **({"steps": 20} | parameters))


def plain(activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    """Two hidden layers of 32 units."""
    return nn.Sequential(
        nn.Linear(64, 32), activation(), nn.Linear(32, 32), activation(), nn.Linear(32, 10)
    )


def trained(net: nn.Sequential, x, y, batches, lr: float) -> nn.Sequential:
    """With a new Adam."""
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    for index in batches:
        optimizer.zero_grad()
        F.cross_entropy(net(x[index]), y[index]).backward()
        optimizer.step()
    return net


def dead(net: nn.Sequential, x) -> list[torch.Tensor]:
    """Units of both layers whose pre-activation is never above 0."""
    with torch.no_grad():
        return [(net[:1](x) <= 0).all(0), (net[:3](x) <= 0).all(0)]


def loaded(net: nn.Sequential, stacked, i: int) -> nn.Sequential:
    """The numbers of one replicate."""
    net.load_state_dict({name: value[i].detach() for name, value in stacked.weights().items()})
    return net


@pytest.mark.parametrize("cure", ["none", "recycle", "restart", "elu"])
def test_both_stages_equal_a_plain_loop(cure):
    """One network after the other, with torch.optim, has the same dead units and accuracy."""
    measured = run(cure=cure)
    drawn = Replicates("name", range(3))
    data = load(drawn, "digits", valid=200, scale="unit")
    nets, fresh = drawn.stack("net", plain), drawn.stack("fresh", plain)
    first = drawn.batches("first", len(data), 64, 50)
    second = drawn.batches("second", len(data), 64, 20)
    x_test, y_test = data.open_test()
    for i in range(3):
        x, y = data.x[i], data.y[i]
        net = trained(loaded(plain(), nets, i), x, y, first[i], 0.1)
        lost = dead(net, x)
        later = plain(nn.ELU if cure == "elu" else nn.ReLU)
        new = loaded(plain(), fresh, i)
        later.load_state_dict((new if cure == "restart" else net).state_dict())
        if cure == "recycle":
            with torch.no_grad():
                for off, layer in zip(lost, (0, 2), strict=True):
                    later[layer + 2].weight[:, off] = 0
                    later[layer].weight[off] = new[layer].weight[off]
                    later[layer].bias[off] = new[layer].bias[off]
        trained(later, x, y, second[i], 0.003)
        still = torch.cat(dead(later, x))
        right = (later(x_test[i]).argmax(1) == y_test[i]).double().mean().item()

        assert measured["dead"][i] == pytest.approx(
            torch.cat(lost).double().mean().item(), abs=0.02
        )
        assert measured["dead_after"][i] == pytest.approx(still.double().mean().item(), abs=0.04)
        assert measured["accuracy"][i] == pytest.approx(right, abs=0.02)


def test_recycling_changes_no_answer():
    """Dead units gave 0 before and are read with weights of 0 after."""
    kept, recycled = (run(cure=cure, lr=1e-9, steps=1) for cure in ("none", "recycle"))

    assert torch.equal(kept["accuracy"], recycled["accuracy"])
    assert (kept["returned"] == 0).all()
    assert (recycled["returned"] > 0.5).all()


def test_weight_decay_acts_in_the_second_stage_alone():
    """It brings back some units, and leaves the first stage as it was."""
    plain_ones, decayed = run(steps=100), run(steps=100, decay=0.1)

    assert torch.equal(plain_ones["dead"], decayed["dead"])
    assert decayed["returned"].sum() > plain_ones["returned"].sum()


def test_without_a_first_stage_few_units_are_dead():
    """The network is then trained once, at the rate of the second stage."""
    assert (run(killing=0)["dead"] < 0.3).all()
