"""Set-ups and faults: what each fault changes, and that nothing else changes."""

import pytest
import torch

from dlfaq.sim import Replicates
from dlfaq.sim.faults import FAULTS, Script
from dlfaq.sim.probes import graph, leaves, look, twice, update
from dlfaq.sim.setups import Setup, healthy_setups


def script(fault: str = "none", count: int = 2, **setup) -> Script:
    """A script of a few replicates."""
    return Script(Replicates("faults", range(count)), Setup(**setup), FAULTS[fault])


def batch(one: Script) -> tuple[torch.Tensor, torch.Tensor]:
    """Its first 16 examples."""
    return one.data.x[:, :16], one.data.y[:, :16]


def test_healthy_setups_are_many_and_differ():
    """Every model, both optimizers, all normalizations, dropout and three data sets occur."""
    setups = healthy_setups()
    assert len(set(setups)) == len(setups) >= 30
    assert {one.model for one in setups} == {"mlp", "conv", "transformer"}
    assert {one.norm for one in setups} == {"none", "batch", "layer"}
    assert {one.dataset for one in setups} == {"digits", "cancer", "wine"}
    assert max(one.dropout for one in setups) > 0
    rates = [one.rate for one in setups if (one.model, one.optimizer) == ("mlp", "sgd")]
    assert max(rates) / min(rates) == pytest.approx(9)


@pytest.mark.parametrize(
    ("fault", "moved"),
    {
        "none": 6, "other-parameters": 0, "cut-loss": 0, "frozen": 2, "unregistered": 2,
        "cut-middle": 2, "zero-weights": 1, "softmax-twice": 6, "rate-low": 6,
    }.items(),
)  # fmt: skip
def test_a_step_moves_what_the_fault_leaves(fault, moved):
    """Of the six parameters of an MLP."""
    one = script(fault)
    one.train([batch(one)])
    changed = [not torch.equal(w, one.start[name]) for name, w in one.net.named_parameters()]
    assert sum(changed) == moved


def test_the_graph_knows_the_parameters_of_a_loss():
    """All six; the optimizer's of another model are none of them."""
    one = script("other-parameters")
    found = leaves(one.loss(*batch(one)))
    assert {id(w) for w in found} == {id(w) for w in one.net.parameters()}
    assert (graph(one, *batch(one))["missing"] == 1).all()
    assert (graph(script("unregistered"), *batch(one))["missing"] == 4 / 6).all()
    sound = graph(script(), *batch(one))
    assert (sound["missing"] == 0).all()
    assert (sound["idle"] == 0).all()


def test_without_zero_grad_a_second_step_at_rate_zero_doubles_the_gradient():
    """And the loss stays the same."""
    one = script("no-zero-grad")
    again = twice(one, *batch(one))
    torch.testing.assert_close(again["norm_ratio"], torch.full((2,), 2.0))
    torch.testing.assert_close(again["loss_ratio"], torch.ones(2))


def test_a_rate_times_a_factor_moves_sgd_by_that_factor():
    """The step is proportional to the rate."""
    usual, low = (script(name, optimizer="sgd") for name in ("none", "rate-low"))
    ratio = update(usual, *batch(usual)) / update(low, *batch(low))
    torch.testing.assert_close(ratio, torch.full((2,), 3000.0), rtol=0.05, atol=0)


def test_a_look_tells_a_relu_and_a_softmax_from_plain_outputs():
    """Zeros alone are a new head, and no fault."""
    x, z = torch.randn(1, 16, 8), torch.randn(1, 16, 4)
    shown = {"plain": z, "zero": 0 * z, "relu": z.relu(), "softmax": z.softmax(-1), "exp": z.exp()}
    seen = {name: look(x, outputs)["clipped"].item() for name, outputs in shown.items()}
    assert seen == {"plain": False, "zero": False, "relu": True, "softmax": True, "exp": False}
    assert not look(x, z)["unscaled"].item()
    assert look(100 * x, z)["unscaled"].item()
    assert look(x[:, :1].expand_as(x), z)["unscaled"].item()
    assert not look(x[:, :1], z[:, :1])["unscaled"].item()  # one example is not all alike


def test_dropout_is_drawn_anew_at_each_step_and_kept_apart_by_replicate():
    """Replicate 1 alone has the losses that it has beside another one."""
    both = script(dropout=0.5)
    alone = Script(Replicates("faults", [1]), Setup(dropout=0.5))
    losses = both.train([batch(both)] * 3)
    torch.testing.assert_close(losses[1:], alone.train([batch(alone)] * 3), rtol=1e-4, atol=0)
    assert not torch.equal(both.loss(*batch(both)), both.loss(*batch(both)))
