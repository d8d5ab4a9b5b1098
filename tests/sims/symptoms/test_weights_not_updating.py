"""The watch as printed on the page, and its simulations against plain scripts."""

from typing import get_args, get_type_hints

import pytest
import torch
from sims.symptoms.kept_parameters import kept_parameters
from sims.symptoms.left_out import left_out
from sims.symptoms.rounded_steps import rounded_steps
from sims.symptoms.watched_steps import watched_steps
from tests.sims.printed import defined, part_code
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.plain_scripts import FAULTS, SOUND, plain_scripts
from dlfaq.sim.setups import Setup
from dlfaq.sim.training_data import load
from dlfaq.sim.watch import watch


def printed_watch():
    """The function that the page prints."""
    (code,) = part_code("weights-not-updating", "watch")
    return defined(code, {"torch": torch}, until="def train_step")["watch"]


@pytest.mark.parametrize("case", [*FAULTS, *SOUND])
def test_the_printed_code_says_what_the_library_says(case):
    """Parameter by parameter, for each fault and each sound script."""
    told = []
    for function in (watch, printed_watch()):
        replicates = Replicates("printed", [0])
        setup = Setup(times=0.02 if case == "bfloat16" else 1.0)
        data = setup.data(replicates)
        script = plain_scripts(replicates, setup, data, case)[0]
        x, y = data.x[0, :32], data.y[0, :32]
        told.append(function(script.model, script.optimizer, lambda s=script: s.step(x, y)))  # noqa: B023
    assert told[0] == told[1]


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("order", [("zero", "step", "loss"), ("loss", "zero", "step")])
def test_the_printed_code_tells_gradients_set_to_0_from_dead_units(order, optimizer):
    """With `zero_grad(set_to_none=False)` the step finds zeros, where it would find None."""
    replicates = Replicates("printed", [0])
    setup = Setup(optimizer=optimizer)
    data = setup.data(replicates)
    script = plain_scripts(replicates, setup, data)[0]
    calls = {
        "zero": lambda: script.optimizer.zero_grad(set_to_none=False),
        "step": script.optimizer.step,
        "loss": lambda: F.cross_entropy(script.outputs(data.x[0, :32]), data.y[0, :32]).backward(),
    }
    told = printed_watch()(
        script.model, script.optimizer, lambda: [calls[name]() for name in order]
    )
    assert {*told.values()} == {"gradient gone"}


def test_bfloat16_loses_steps_below_a_512th_and_keeps_those_above_a_256th():
    """Of the weight, in both directions."""
    torch.manual_seed(0)
    weights = torch.randn(10_000).bfloat16()
    for wide in (weights.float(), -weights.float()):
        assert torch.equal((weights.float() + wide / 513).bfloat16(), weights)
        assert ((weights.float() + wide / 255).bfloat16() != weights).all()


def test_every_case_of_the_library_can_be_asked_for():
    """The parameter's values are the library's records."""
    assert set(get_args(get_type_hints(watched_steps)["case"])) == set(FAULTS) | set(SOUND)


def test_still_counts_whole_parameters():
    """A head of two parameters out of six."""
    measured = watched_steps(Replicates("watched_steps", range(2)), case="new-head")
    assert measured["still"].tolist() == pytest.approx([2 / 6] * 2)


@pytest.mark.parametrize(
    ("case", "left"), [("none", "nothing"), ("new-head", "head"), ("frozen", "body")]
)
def test_a_part_left_out_is_the_fault_of_a_plain_script(case, left):
    """The stacked run and the script of one network recognize the same digits."""
    measured = left_out(Replicates("left_out", [1]), left=left, steps=20)
    drawn = Replicates("left_out", [1])

    data = load(drawn, valid=200, own=True)
    script = plain_scripts(drawn, Setup(), data, case)[0]
    for rows in drawn.batches("batches", len(data), 32, 20)[0]:
        script.step(data.x[0, rows], data.y[0, rows])
    x, y = data.open_test()
    right = (script.outputs(x[0]).argmax(1) == y[0]).double().mean().item()
    assert measured["accuracy"].item() == pytest.approx(right, abs=0.01)


def test_the_lines_that_keep_and_that_take_parameters():
    """Of four parameters a new layer takes two, a new weight one; a new layer adds two."""
    kept = {
        line: kept_parameters(Replicates("kept", [0]), line=line)["kept"].item()
        for line in get_args(get_type_hints(kept_parameters)["line"])
    }
    assert kept["new-layer"] == 1 / 2
    assert kept["new-parameter"] == 3 / 4
    assert kept["added-layer"] == pytest.approx(4 / 6)
    assert {kept[line] for line in ("copy", "unpickled", "load-assign")} == {0.0}
    assert kept["to-float64"] == kept["load"] == kept["nothing"] == 1.0


def test_rounded_steps_are_those_of_a_plain_loop_in_bfloat16():
    """One network with its weights in bfloat16, ten steps of AdamW."""
    measured = rounded_steps(Replicates("rounded_steps", [2]), computed="float32", steps=10)
    drawn = Replicates("rounded_steps", [2])

    data = load(drawn)
    net = drawn.stack(
        "net",
        lambda: torch.nn.Sequential(
            *(one for one in mlp(64, [32, 32], 10) if isinstance(one, torch.nn.Linear))
        ),
    )
    model = mlp(64, [32, 32], 10)
    model.load_state_dict(
        dict(zip(model.state_dict(), (w[0] for w in net.parameters()), strict=True))
    )
    model.bfloat16()
    start = [w.detach().clone() for w in model.parameters()]
    live = [torch.zeros_like(w, dtype=torch.bool) for w in start]
    descent = torch.optim.AdamW(model.parameters(), lr=0.0001)
    for rows in drawn.batches("batches", len(data), 32, 10)[0]:
        wide = {name: w.float() for name, w in model.named_parameters()}
        logits = torch.func.functional_call(model, wide, data.x[0, rows])
        descent.zero_grad()
        F.cross_entropy(logits, data.y[0, rows]).backward()
        descent.step()
        live = [seen | (w.grad != 0) for seen, w in zip(live, model.parameters(), strict=True)]
    moved = [
        ((w != old) & seen).sum()
        for w, old, seen in zip(model.parameters(), start, live, strict=True)
    ]
    share = (sum(moved) / sum(seen.sum() for seen in live)).item()
    assert measured["changed"].item() == pytest.approx(share, abs=0.01)
