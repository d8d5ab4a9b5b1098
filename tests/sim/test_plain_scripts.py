"""Plain scripts against loops written out, and the words for their faults."""

import copy

import pytest
import torch
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.plain_scripts import FAULTS, SOUND, plain_scripts
from dlfaq.sim.setups import Setup
from dlfaq.sim.watch import watch


def script(case="none", **choices):
    """One script and its first batches."""
    replicates = Replicates("plain", [0])
    setup = Setup(**choices)
    data = setup.data(replicates)
    return plain_scripts(replicates, setup, data, case)[0], data.x[0], data.y[0]


def words(case, **choices):
    """What ten steps say of each parameter."""
    one, x, y = script(case, **choices)
    batches = iter(range(0, 320, 32))

    def step():
        at = next(batches)
        one.step(x[at : at + 32], y[at : at + 32])

    return watch(one.model, one.optimizer, step)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_sound_script_is_the_plain_loop(optimizer):
    """Zero, forward, backward, step, ten times."""
    one, x, y = script(optimizer=optimizer)
    model = copy.deepcopy(one.model)
    kind = torch.optim.SGD if optimizer == "sgd" else torch.optim.AdamW
    descent = kind(model.parameters(), lr=Setup(optimizer=optimizer).rate)
    for at in range(0, 320, 32):
        one.step(x[at : at + 32], y[at : at + 32])
        descent.zero_grad()
        F.cross_entropy(model(x[at : at + 32]), y[at : at + 32]).backward()
        descent.step()
    for mine, theirs in zip(one.model.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)


def test_accumulated_batches_are_one_batch():
    """Four batches of eight make the step of one batch of 32."""
    four, x, y = script("accumulation", optimizer="sgd")
    whole, _, _ = script(optimizer="sgd")
    for at in range(0, 32, 8):
        four.step(x[at : at + 8], y[at : at + 8])
    whole.step(x[:32], y[:32])
    for mine, theirs in zip(four.model.parameters(), whole.model.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("case", sorted(set(FAULTS) - {"bfloat16"}))
def test_each_fault_gets_its_word(case):
    """And no other reason is given."""
    assert set(words(case).values()) - {"learns"} == {FAULTS[case][1]}


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_fused_step_that_does_nothing_counts_as_skipped(optimizer):
    """Loss scaling calls it though the gradient is NaN; in a sound script it counts."""
    one, x, y = script("nan-fused", optimizer=optimizer)
    calls = []
    one.optimizer.register_step_pre_hook(lambda *_: calls.append(1))
    told = watch(one.model, one.optimizer, lambda: one.step(x[:32], y[:32]))
    assert len(calls) == 10
    assert set(told.values()) == {"step skipped"}
    assert set(words("scaler-fused", optimizer=optimizer).values()) == {"learns"}


def test_a_replaced_or_cut_layer_is_told_from_the_others():
    """The head alone is not in the optimizer; the body alone has no gradient."""
    for case, part in {"new-head": "head", "cut-middle": "body", "frozen": "body"}.items():
        told = words(case)
        assert {name.split(".")[0] for name, word in told.items() if word != "learns"} == {part}


def test_small_steps_are_rounded_away_in_bfloat16_only():
    """At a fiftieth of the usual rate."""
    assert set(words("bfloat16", times=0.02).values()) & {"rounded"}
    assert set(words("none", times=0.02).values()) == {"learns"}


@pytest.mark.parametrize("case", sorted(set(SOUND) - {"long-accumulation", "unused"}))
def test_sound_scripts_learn(case):
    """None is accused after ten steps."""
    assert set(words(case).values()) == {"learns"}


def test_what_is_not_used_or_too_rare_is_accused():
    """The two false alarms that the page names."""
    unused = words("unused")
    assert {n for n, word in unused.items() if word != "learns"} == {"pooler.weight", "pooler.bias"}
    assert set(words("long-accumulation").values()) == {"step not called"}


def test_hooks_are_gone_afterwards():
    """A second watch sees as much as the first, and no hook stays."""
    one, x, y = script()
    for _ in range(2):
        told = watch(one.model, one.optimizer, lambda: one.step(x[:32], y[:32]), 2)
        assert set(told.values()) == {"learns"}
    assert not one.optimizer._optimizer_step_pre_hooks
