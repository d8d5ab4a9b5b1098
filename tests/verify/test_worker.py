"""A trial gives what the simulation declares, or says what is wrong with it."""

import os
import pickle
import py_compile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from dlfaq.knowledge.simulations import source_hash
from dlfaq.verify.plan import Trial
from dlfaq.verify.worker import TrialError, measure, run_trial


def trouble(how):
    return Trial("trouble", (("how", how), ("level", 1.0)), 32, 40)


def dial(start, stop, **given):
    defaults = {"centre": 1.0, "spread": 0.1, "growth": 1.0, "points": 5}
    return Trial("dial", tuple(sorted((defaults | given).items())), start, stop)


def test_measurements_are_numbers_a_replicate(toy):
    """Whatever the simulation returns, what arrives is float64: (R,), or (R, T) with its axis."""
    measured = run_trial(toy, dial(0, 6))

    assert {name: (values.shape, values.dtype) for name, values in measured.items()} == {
        "value": ((6,), np.float64),
        "positive": ((6,), np.float64),
        "curve": ((6, 5), np.float64),
        "step": ((5,), np.float64),
    }


def test_chunks_are_parts_of_one_whole(toy):
    """Replicates 4 to 7 are the same, run alone or with those before them."""
    whole, part = run_trial(toy, dial(0, 8)), run_trial(toy, dial(4, 8))

    assert np.array_equal(whole["value"][4:], part["value"])


def test_an_edited_simulation_is_another_one(toy):
    """Its file is read again when it has changed."""
    before = run_trial(toy, dial(0, 2))["value"]
    path = toy / "sims" / "dial.py"
    path.write_text(
        path.read_text("utf-8").replace("value = centre +", "value = 7 + centre +"), "utf-8"
    )

    assert run_trial(toy, dial(0, 2))["value"] == pytest.approx(before + 7)


def test_a_compiled_file_that_says_something_else_is_not_run(toy):
    """Neither one that Python never checks, nor one as old and as large as the source."""
    path = toy / "sims" / "dial.py"
    before, sound = run_trial(toy, dial(0, 2))["value"], path.read_text("utf-8")
    stat = path.stat()
    path.write_text(sound.replace("value = centre +", "value = 7 + centre +"), "utf-8")
    py_compile.compile(str(path), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    path.write_text(sound + "\n", "utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert np.array_equal(run_trial(toy, dial(0, 2))["value"], before)


def test_measurements_come_with_the_hash_of_what_ran(toy):
    """So that they are kept under no other."""
    assert measure(toy, dial(0, 2))[2] == source_hash(toy, "dial")


def test_a_simulation_edited_while_it_runs_measured_nothing(toy):
    """Nobody knows which of the two it was."""
    path = toy / "sims" / "dial.py"
    text = path.read_text("utf-8")
    edit = (
        f"    import shutil\n    shutil.copy({str(toy / 'sims' / 'trouble.py')!r}, "
        f"{str(path)!r})\n    return "
    )
    path.write_text(text.replace("    return ", edit, 1), "utf-8")

    with pytest.raises(TrialError, match="its source was edited while it ran"):
        measure(toy, dial(0, 2))


def test_what_a_simulation_changes_around_it_is_changed_back(toy, tmp_path):
    """The next trial of the process finds torch, the folder and the environment as they were."""
    path = toy / "sims" / "trouble.py"
    mess = "torch.set_default_dtype(torch.float64); torch.set_grad_enabled(False); "
    mess += (
        f"torch.set_default_device('meta'); os.chdir({str(tmp_path)!r}); os.environ['X'] = '1'; "
    )
    mess += "torch.set_num_threads(7); torch.use_deterministic_algorithms(True)"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace('    if how == "abort":', f'    {mess}\n    if how == "abort":'), "utf-8"
    )

    def state():
        torch_ = [torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_default_device()]
        torch_ += [torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()]
        return [*torch_, Path.cwd(), dict(os.environ)]

    before = state()
    measure(toy, trouble("none"))
    assert state() == before
    with pytest.raises(TrialError):
        measure(toy, trouble("raise"))
    assert state() == before


@pytest.mark.parametrize(
    ("how", "cause"),
    [
        ("nan", "'value' is nan for replicate 35 and for 4 other replicates"),
        ("shape", r"'value' has the shape \(8, 1\); one number a replicate has \(8,\)"),
        ("undeclared", "returns 'extra', which its docstring does not declare"),
        ("missing", "does not return 'value', which its docstring declares"),
        ("raise", r"ArithmeticError: the wheel came off \(line \d+ of sims/trouble.py\)"),
        ("leave", "SystemExit: 3"),
        ("none at all", "returned NoneType, not a dict"),
        ("interrupt", r"KeyboardInterrupt:  \(line \d+ of sims/trouble.py\)"),
        ("mute", r"Mute: it has no message \(line \d+ of sims/trouble.py\)"),
        ("silent", r"Silent: it has no message \(line \d+ of sims/trouble.py\)"),
        ("text", "'value' is not a tensor of numbers"),
        ("complex", "'value' is complex, and a measurement is a real number"),
        (
            "huge",
            r"'value' is 1e\+308, beyond 1e\+150, for replicate 32 and for 7 other replicates",
        ),
    ],
)
def test_what_is_wrong_is_said(toy, how, cause):
    """By metric, replicate, shape or line; and the error travels between processes."""
    with pytest.raises(TrialError, match=cause) as caught:
        run_trial(toy, trouble(how))
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert str(copy) == str(caught.value)


@pytest.mark.parametrize(
    ("returned", "cause"),
    [
        ('"value": "text"', "'value' is not a tensor of numbers"),
        (
            '"curve": value, "step": torch.arange(5)',
            r"'curve' has the shape \(2,\); a curve of 2 replicates has \(2, 5\)",
        ),
        ('"step": torch.tensor(3)', r"'step' has the shape \(\); an axis has \(1,\)"),
        (
            '"curve": torch.full((2, 5), torch.inf)',
            "'curve' is inf for replicate 0, point 0 and for 1 other replicate",
        ),
        ('"step": torch.full((5,), torch.nan)', "'step' is nan"),
        ('"value": [10**400, 1]', "'value' is not a tensor of numbers"),
    ],
)
def test_what_is_wrong_with_a_curve_is_said(toy, returned, cause):
    """Its shape follows from its axis."""
    path = toy / "sims" / "dial.py"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace('"step": step,\n    }', f'"step": step}} | {{{returned}}}'), "utf-8"
    )

    with pytest.raises(TrialError, match=cause):
        run_trial(toy, dial(0, 2))


TIGHT = """'''Needs room.'''

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def tight(replicates: Replicates, room: int = 3) -> dict[str, Tensor]:
    '''Run out of a GPU's memory with many replicates.

    Args:
        replicates: One number each.
        room: The most replicates that fit.

    Metrics:
        value: normal.
        curve[step]: the same, twice.
    '''
    if len(replicates) > room:
        raise torch.OutOfMemoryError("CUDA out of memory")
    value = replicates.normal("value")
    return {"value": value, "curve": value[:, None].expand(-1, 2), "step": torch.arange(2)}
"""


def test_replicates_that_do_not_fit_together_run_in_halves(toy):
    """They are independent, so nothing about them changes; one that does not fit alone breaks."""
    (toy / "sims" / "tight.py").write_text(TIGHT)
    halved = run_trial(toy, Trial("tight", (("room", 3),), 2, 10))
    whole = run_trial(toy, Trial("tight", (("room", 8),), 2, 10))

    assert halved.keys() == whole.keys()
    assert all(np.array_equal(halved[name], whole[name]) for name in whole)
    with pytest.raises(TrialError, match="OutOfMemoryError"):
        run_trial(toy, Trial("tight", (("room", 0),), 2, 10))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_a_gpu_measures_what_the_cpu_measures(toy):
    """Up to the rounding of its sums."""
    here = run_trial(toy, dial(0, 8))
    there = run_trial(toy, replace(dial(0, 8), device="cuda"))

    np.testing.assert_allclose(there["curve"], here["curve"], rtol=1e-6)
