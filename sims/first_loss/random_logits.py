"""What logits of a given size cost before training.

python sims/first_loss/random_logits.py --logit-std 0.5

Expand log-sum-exp to second order in the logits: the expected loss is ln k plus half their
variance around each example's mean, which softmax does not see. For large logits the largest one
decides, and the loss grows linearly with their size.
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, cross_entropy


def random_logits(
    replicates: Replicates,
    classes: int = 10,
    logit_std: float = 0.5,
    shared: float = 0.0,
    shape: Literal["normal", "skewed"] = "normal",
    examples: int = 2048,
) -> dict[str, Tensor]:
    """Draw logits that know nothing of the labels, and measure their loss.

    Setting: {examples} examples of {classes} independent {shape} logits of standard deviation
    {logit_std}

    Args:
        replicates: One set of logits and labels each.
        classes: Number of classes k.
        logit_std: Standard deviation s of the logits.
        shared: Share of their variance that all logits of an example have in common, in [0, 1].
        shape: Normal logits, or exponential ones, some far above the rest.
        examples: Examples N a replicate.

    Metrics:
        std: standard deviation s of the logits around each example's mean.
        half: s^2 / 2, in nats.
        excess: mean cross-entropy over examples and all k possible labels, minus ln k, in nats.
        spread: standard deviation of the cross-entropy of single examples, in nats.
        distance: mean total-variation distance of the softmax to uniform, in [0, 1].
    """
    own = replicates.normal("logits", examples, classes)  # (R, N, k)
    if shape == "skewed":
        uniform = replicates.uniform("skewed", examples, classes)
        own = -(1 - uniform).log() - 1  # mean 0 and variance 1, like the normal ones
    common = replicates.normal("common", examples, 1)  # (R, N, 1)
    logits = logit_std * ((1 - shared) ** 0.5 * own + shared**0.5 * common)  # (R, N, k)
    labels = replicates.integers("labels", classes, examples)  # (R, N)
    # averaged over every label it could have, an example costs log-sum-exp minus the mean logit
    expected = logits.logsumexp(-1) - logits.mean(-1)  # (R, N)
    std = (logits - logits.mean(-1, keepdim=True)).flatten(1).std(1)
    return {
        "std": std,
        "half": std.square() / 2,
        "excess": expected.mean(1) - torch.tensor(float(classes)).log(),
        "spread": cross_entropy(logits, labels, reduction="none").std(1),
        "distance": 0.5 * (logits.softmax(-1) - 1 / classes).abs().sum(-1).mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
