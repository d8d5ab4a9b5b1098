"""Run a training script twice and compare it line by line: what made the runs differ?

python sims/symptoms/two_runs.py --case numpy --model conv

The loop is written out, since seeds, a data loader and its workers belong to a whole script.

https://docs.pytorch.org/docs/stable/notes/randomness.html
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load
from dlfaq.sim.twice import CAUSES, Log, Script, run, word


def two_runs(
    replicates: Replicates,
    case: Literal[
        "none", "unseeded", "seed-late", "loader", "numpy", "python", "workers", "numbering",
        "extra-draw", "sum-order", "more-layers",
    ] = "none",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    own: bool = False,
    steps: int = 5,
) -> dict[str, Tensor]:  # fmt: skip
    """Run a script with dropout and noise on its inputs twice, with one seed.

    Setting: a {model} with dropout on noisy digits, {optimizer}, {steps} steps on batches of 32,
        twice with one seed (case: {case}); the loader has a generator of its own: {own}

    Args:
        replicates: One seed, and two states of all generators before the runs, each.
        case: Why the runs differ: no seed, or one that is set after the model was built; the
            loader's generator has another seed; numpy or Python has none; the second run has
            workers; classes are numbered anew; something else draws random numbers before the
            forward pass; the backward pass sums the rows in another order; or the second model
            has a layer more.
        model: Two hidden layers, two convolutions, or two transformer blocks.
        optimizer: PyTorch's.
        own: Give the loader a generator of its own, with the script's seed.
        steps: Steps of each run.

    Metrics:
        named: 1 if the first line that differs is that of the cause, in [0, 1].
        differs: 1 if any line differs, or any weight at the end in any bit, in [0, 1].
        rows: 1 if the first batches hold the same rows in the same order, in [0, 1].
        moved: largest difference of two weights at the end, at most 1; 1 if the shapes differ.
    """
    data = load(replicates, "digits")
    found = []
    for seed, *states in replicates.integers("states", 2**31, 3).tolist():
        one, other = (
            run(Script(seed, state, case, second, own, model, optimizer, steps), data)
            for second, state in enumerate(states)
        )
        said, moved = word(one.lines, other.lines), _moved(one, other)
        differs = bool(said) or moved > 0
        found.append([said == CAUSES.get(case), differs, one.rows == other.rows, moved])
    names = "named", "differs", "rows", "moved"
    table = torch.tensor(found, dtype=torch.float64, device=replicates.device)
    return dict(zip(names, table.unbind(1), strict=True))


def _moved(one: Log, other: Log) -> float:
    """Largest difference of two weights, at most 1."""
    pairs = [*zip(one.weights, other.weights, strict=False)]
    if len(one.weights) != len(other.weights):
        return 1.0
    return min(max((a - b).abs().max().item() for a, b in pairs), 1.0)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
