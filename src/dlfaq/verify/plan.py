"""Trials: what is run, cached and distributed."""

import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from dlfaq.knowledge.experiment import Scalar
from dlfaq.knowledge.settings import Setting
from dlfaq.knowledge.simulations import Signature


@dataclass(frozen=True)
class Trial:
    """One call of a simulation.

    Attributes:
        parameters: All of them, defaults included, sorted by name.
        start: The first replicate.
        stop: One past the last replicate.
        device: Where tensors live: `cpu` or `cuda`.
        seed: Which replicates: 0 are those that evidence is recorded of.
    """

    simulation: str
    parameters: tuple[tuple[str, Scalar], ...]
    start: int
    stop: int
    device: str = "cpu"
    seed: int = 0

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.parameters)
        seeded = f" of seed {self.seed}" if self.seed else ""
        return f"{self.simulation}({given}), replicates {self.start} to {self.stop - 1}{seeded}"


@dataclass(frozen=True)
class Chunk:
    """The replicates of one look.

    The first look takes n replicates; each later one doubles their number.
    """

    start: int
    stop: int

    def next(self) -> "Chunk":
        """The chunk that doubles the replicates."""
        return Chunk(self.stop, 2 * self.stop)


def trials_of(
    setting: Setting,
    signature: Signature,
    chunk: Chunk,
    device: str,
    seed: int,
    arms: Collection[str] | None = None,
) -> Iterator[tuple[int, str, Trial]]:
    """The trials that one setting needs for a chunk: (number of the sweep's point, arm, trial).

    Args:
        setting: What is run.
        signature: Of its simulation.
        chunk: The replicates.
        device: Where tensors live.
        seed: Which replicates.
        arms: Those that are run; None for all.
    """
    for number, point in enumerate(setting.points):
        for arm in setting.arms if arms is None else arms:
            parameters = setting.parameters(arm, point)
            exact = {name: _exact(signature, name, value) for name, value in parameters.items()}
            given = tuple(sorted(exact.items()))
            yield number, arm, Trial(signature.name, given, chunk.start, chunk.stop, device, seed)


def repeat(trial: Trial, signature: Signature) -> str:
    """The command that runs a trial by hand; it leaves out what is the default."""
    defaults: Mapping[str, Scalar] = {
        name: known.default for name, known in signature.parameters.items()
    }
    words = ["dlfaq", "run", trial.simulation]
    for name, value in trial.parameters:
        if name not in defaults or defaults[name] != value:
            words += [f"--{name}", str(value).lower() if isinstance(value, bool) else str(value)]
    words += ["--first", str(trial.start), "--replicates", str(trial.stop - trial.start)]
    words += ["--device", trial.device] if trial.device != "cpu" else []
    words += ["--seed", str(trial.seed)] if trial.seed else []
    return shlex.join(words)


def _exact(signature: Signature, name: str, value: Scalar) -> Scalar:
    """A whole number given for a float is that float: `1` and `1.0` are one trial."""
    is_float = name in signature.parameters and signature.parameters[name].type == "float"
    return float(value) if is_float and isinstance(value, int) else value
