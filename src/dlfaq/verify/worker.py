"""What happens in a worker process.

It imports a simulation, calls it, and holds what it returns to what it declares.

Only here does the engine load torch.
"""

import importlib.util
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from importlib.abc import InspectLoader
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

from dlfaq.knowledge.simulations import Signature, read_simulation, source_hash
from dlfaq.verify.confine import follow, limit_memory, limited_output, one_process
from dlfaq.verify.plan import Trial
from dlfaq.verify.repeatable import make_repeatable

if TYPE_CHECKING:
    # at run time numpy waits for `prepare`: it fixes its threads when it is loaded
    import numpy as np

LARGEST = 1e150  # what is larger cannot be squared, so there is no spread of it
LONGEST = 2000  # characters of a cause


class TrialError(Exception):
    """A trial that broke; the message is the cause."""


def run_trial(root: Path, trial: Trial) -> "dict[str, np.ndarray]":
    """Run one trial in this process.

    Returns:
        Every declared metric, (R,) or (R, T) float64, and for each curve its axis, (T,).

    Raises:
        TrialError: If the simulation raises, or returns anything but finite values of what it
            declares.
    """
    signature = read_simulation(root, trial.simulation)
    try:
        function = _function(signature.path, trial.simulation, signature.source)
        return _in_memory(function, signature, trial)
    except TrialError:
        raise
    except BaseException as error:
        raise TrialError(_cause(error, signature)) from error


def _in_memory(
    function: Callable[..., Any], signature: Signature, trial: Trial
) -> "dict[str, np.ndarray]":
    """The measurements of all replicates at once.

    If a GPU's memory is too small for that, they are halved and measured in turn.

    Replicates do not depend on each other, so they measure the same in smaller company.
    """
    import torch

    from dlfaq.sim import Replicates

    numbers = range(trial.start, trial.stop)
    try:
        replicates = Replicates(trial.simulation, numbers, trial.device, trial.seed)
        with _as_before():
            measured = function(replicates, **dict(trial.parameters))
        return _checked(measured, signature, trial)
    except torch.OutOfMemoryError:
        if len(numbers) == 1:
            raise
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    middle = trial.start + len(numbers) // 2
    parts = [
        _in_memory(function, signature, replace(trial, start=start, stop=stop))
        for start, stop in ((trial.start, middle), (middle, trial.stop))
    ]
    return {
        name: torch.cat([torch.from_numpy(part[name]) for part in parts]).numpy()
        if name in signature.metrics
        else first
        for name, first in parts[0].items()
    }


def measure(root: Path, trial: Trial) -> "tuple[dict[str, np.ndarray], float, str]":
    """Run one trial: its measurements, the seconds it took, and the hash of the code that ran.

    Raises:
        TrialError: If it breaks, or its source was edited meanwhile, so that nobody knows what ran.
    """
    source = source_hash(root, trial.simulation)
    start = time.perf_counter()
    with one_process(), limited_output():
        measurements = run_trial(root, trial)
    seconds = time.perf_counter() - start
    if source_hash(root, trial.simulation) != source:
        msg = "its source was edited while it ran"
        raise TrialError(msg)
    return measurements, seconds, source


def prepare(parent: int, threads: int, memory: int) -> None:
    """Make a fresh process a worker: it ends with its parent, and keeps to its threads and memory.

    Args:
        parent: The process without which this one has nothing to do.
        threads: How many torch, and what numpy calls, may use.
        memory: Bytes that a trial may take.
    """
    follow(parent)
    os.dup2(2, 1)  # standard output belongs to the answer: what a simulation prints must not mix in
    with suppress(ImportError):  # the first trial says so, by name
        settle(threads)
    limit_memory(memory)


def settle(threads: int = 1) -> None:
    """Load torch so that it computes the same numbers in every process and on every processor."""
    make_repeatable(threads)
    import torch

    torch.set_num_threads(threads)


@contextmanager
def _as_before() -> Iterator[None]:
    """Whoever runs next in this process finds torch and the process as this one found them."""
    import torch

    settings = (
        (torch.get_default_dtype, torch.set_default_dtype),
        (torch.get_num_threads, torch.set_num_threads),
        (torch.is_grad_enabled, torch.set_grad_enabled),
        (torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms),
        (torch.get_default_device, torch.set_default_device),
        (os.getcwd, os.chdir),
    )
    found, environment = [now() for now, _ in settings], dict(os.environ)
    try:
        yield
    finally:
        for (now, change), before in zip(settings, found, strict=True):
            if now() != before:
                change(before)
        if os.environ != environment:
            os.environ.clear()
            os.environ.update(environment)


@lru_cache(maxsize=64)
def _function(path: Path, name: str, source: str) -> Callable[..., Any]:
    """Import a simulation from its source, under a name that can meet no other module's."""
    unique = f"_dlfaq_simulation_{name}"
    loader = _TextLoader(path, source)
    spec = importlib.util.spec_from_file_location(unique, path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[unique] = module  # dataclasses look their module up
    loader.exec_module(module)
    return getattr(module, name)


class _TextLoader(InspectLoader):
    """Executes the text that was read.

    It executes neither the file as it is by now nor a compiled one beside it.
    """

    def __init__(self, path: Path, source: str) -> None:
        self.path, self.source = path, source

    def get_source(self, _: str) -> str:
        return self.source

    def get_code(self, _: str) -> CodeType:
        return self.source_to_code(self.source, str(self.path))


def _cause(error: BaseException, signature: Signature) -> str:
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == signature.path
    ]
    where = f" (line {lines[-1]} of {signature.shown})" if lines else ""
    try:
        said = str(error)
    except BaseException:  # noqa: BLE001 - an exception that cannot even say what it is
        said = "it has no message"
    return f"{type(error).__name__}: {said[:LONGEST]}{where}"


def _checked(measured: Any, signature: Signature, trial: Trial) -> "dict[str, np.ndarray]":
    if not isinstance(measured, Mapping):
        msg = f"it returned {type(measured).__name__}, not a dict of measurements"
        raise TrialError(msg)
    axes = {metric.axis for metric in signature.metrics.values() if metric.axis}
    declared = {*signature.metrics, *axes}
    problems = [
        f"it does not return '{name}', which its docstring declares"
        for name in sorted(declared - set(measured))
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
        _finite(name, arrays[name][None], trial.start)
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
        tensor = torch.as_tensor(value).detach().cpu()
        if tensor.is_complex():
            msg = f"'{name}' is complex, and a measurement is a real number"
            raise TrialError(msg)
        return tensor.to(torch.float64).numpy().astype(np.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        msg = f"'{name}' is not a tensor of numbers: {error}"
        raise TrialError(msg) from error


def _hold(name: str, array: "np.ndarray", shape: tuple[int, ...], what: str) -> None:
    if array.shape != shape:
        msg = f"'{name}' has the shape {array.shape}; {what} has {shape}"
        raise TrialError(msg)


def _finite(name: str, array: "np.ndarray", start: int) -> None:
    import numpy as np

    bad = np.argwhere(~(np.abs(array) <= LARGEST))
    if len(bad):
        place = f", point {bad[0][1]}" if array.ndim > 1 else ""
        others = len({row[0] for row in bad.tolist()}) - 1
        found = array[tuple(bad[0])]
        limit = f", beyond {LARGEST:g}," if np.isfinite(found) else ""
        msg = f"'{name}' is {found}{limit} for replicate {start + bad[0][0]}{place}"
        raise TrialError(msg + (f" and for {others} other replicates" if others else ""))
