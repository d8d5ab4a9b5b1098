"""What happens in a worker process: import a simulation, call it, and hold what it returns to what it declares.

Only here does the engine load torch.
"""

import importlib.util
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlfaq.knowledge.simulations import Signature, read_simulation
from dlfaq.verify.plan import Trial

if TYPE_CHECKING:
    import numpy as np  # at run time numpy waits for `prepare`: it fixes its threads when it is loaded

PARENT_WATCH = 0.5  # seconds between two looks for the parent


class TrialError(Exception):
    """A trial that broke; the message is the cause."""


def run_trial(root: Path, trial: Trial) -> "dict[str, np.ndarray]":
    """Run one trial in this process.

    Returns:
        Every declared metric, (R,) or (R, T) float64, and for each curve its axis, (T,).

    Raises:
        TrialError: If the simulation raises, or returns anything but finite values of what it declares.
    """
    from dlfaq.sim import Replicates

    signature = read_simulation(root, trial.simulation)
    try:
        function = _function(signature.path, trial.simulation, signature.source)
        replicates = Replicates(trial.simulation, range(trial.start, trial.stop), trial.device, trial.seed)
        measured = function(replicates, **dict(trial.parameters))
    except (Exception, SystemExit) as error:
        raise TrialError(_cause(error, signature.path)) from error
    return _checked(measured, signature, trial)


def measure(root: Path, trial: Trial) -> "tuple[dict[str, np.ndarray], float]":
    """Run one trial and time it, in seconds."""
    start = time.perf_counter()
    measurements = run_trial(root, trial)
    return measurements, time.perf_counter() - start


def prepare(parent: int, threads: int) -> None:
    """Make a fresh process a worker: it follows its parent, keeps to its threads, and is silent on standard output.

    Args:
        parent: The process without which this one has nothing to do.
        threads: How many torch, and what numpy calls, may use.
    """
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    os.dup2(2, 1)  # standard output belongs to the answer; a simulation that prints must not mix into it
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    try:
        import torch
    except ImportError:
        return  # the first trial says so, by name
    torch.set_num_threads(threads)


def _follow(parent: int) -> None:
    """End this process, whatever it is doing, soon after its parent was killed."""
    while os.getppid() == parent:
        time.sleep(PARENT_WATCH)
    os._exit(1)


@lru_cache(maxsize=64)
def _function(path: Path, name: str, source: str) -> Callable[..., Any]:  # noqa: ARG001 - an edited file is another one
    """Import a simulation by its file, under a name that can meet no other module's."""
    unique = f"_dlfaq_simulation_{name}"
    spec = importlib.util.spec_from_file_location(unique, path)
    if spec is None or spec.loader is None:
        msg = f"{path} is not a Python file"
        raise ImportError(msg)
    module = importlib.util.module_from_spec(spec)
    sys.modules[unique] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return getattr(module, name)


def _cause(error: BaseException, path: Path) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    where = f" (line {lines[-1]} of sims/{path.name})" if lines else ""
    return f"{type(error).__name__}: {error}{where}"


def _checked(measured: Any, signature: Signature, trial: Trial) -> "dict[str, np.ndarray]":
    if not isinstance(measured, Mapping):
        msg = f"it returned {type(measured).__name__}, not a dict of measurements"
        raise TrialError(msg)
    axes = {metric.axis for metric in signature.metrics.values() if metric.axis}
    declared = {*signature.metrics, *axes}
    problems = [
        f"it does not return '{name}', which its docstring declares" for name in sorted(declared - set(measured))
    ]
    problems += [
        f"it returns '{name}', which its docstring does not declare"
        for name in map(str, measured)
        if name not in declared
    ]
    if problems:
        raise TrialError("; ".join(problems))
    arrays = {name: _array(name, measured[name]) for name in sorted(declared)}
    count = trial.stop - trial.start
    for name in sorted(axes):
        _hold(name, arrays[name], (len(arrays[name]) if arrays[name].ndim else 1,), "an axis")
    for name, metric in signature.metrics.items():
        points = (len(arrays[metric.axis]),) if metric.axis else ()
        _hold(
            name,
            arrays[name],
            (count, *points),
            f"a curve of {count} replicates" if points else "one number a replicate",
        )
        _finite(name, arrays[name], trial.start)
    return arrays


def _array(name: str, value: Any) -> "np.ndarray":
    import numpy as np
    import torch

    try:
        return torch.as_tensor(value).detach().cpu().to(torch.float64).numpy().astype(np.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        msg = f"'{name}' is not a tensor of numbers: {error}"
        raise TrialError(msg) from error


def _hold(name: str, array: "np.ndarray", shape: tuple[int, ...], what: str) -> None:
    if array.shape != shape:
        msg = f"'{name}' has the shape {array.shape}; {what} has {shape}"
        raise TrialError(msg)


def _finite(name: str, array: "np.ndarray", start: int) -> None:
    import numpy as np

    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = f", point {bad[0][1]}" if array.ndim > 1 else ""
        others = len({row[0] for row in bad.tolist()}) - 1
        msg = f"'{name}' is {array[tuple(bad[0])]} for replicate {start + bad[0][0]}{place}"
        raise TrialError(msg + (f" and for {others} other replicates" if others else ""))
