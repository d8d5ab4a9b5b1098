"""The accuracy of answers that know nothing, on a test set of a given size.

python sims/symptoms/guessed_accuracy.py --examples 100
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def guessed_accuracy(
    replicates: Replicates, classes: int = 10, common: float = 0.1, examples: int = 900
) -> dict[str, Tensor]:
    """Guess labels without looking at anything.

    Setting: {examples} examples of {classes} classes, of which one has the share {common}

    Args:
        replicates: One set of labels and of guesses each.
        classes: Number k of classes.
        common: Share of class 0; the others share the rest evenly.
        examples: Examples N.

    Metrics:
        uniform: share right if each answer is drawn evenly from the k classes, in [0, 1].
        alike: the same if answers are drawn with the shares that the labels have, in [0, 1].
        constant: the same if the answer is always class 0, in [0, 1].
    """
    shares = torch.full((classes,), (1 - common) / (classes - 1), dtype=torch.float64)
    shares[0] = common
    edges = shares.cumsum(0)[:-1].to(replicates.device)  # (k - 1,)

    def drawn(name: str) -> Tensor:
        return torch.bucketize(replicates.uniform(name, examples, dtype=torch.float64), edges)

    labels, alike = drawn("labels"), drawn("alike")  # (R, N)
    even = replicates.integers("even", classes, examples)
    return {
        "uniform": (even == labels).double().mean(1),
        "alike": (alike == labels).double().mean(1),
        "constant": (labels == 0).double().mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
