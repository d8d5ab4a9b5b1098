"""The first loss when several labels may be true at once.

python sims/multi_label_loss.py --classes 4

https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates


def multi_label_loss(
    replicates: Replicates,
    classes: int = 4,
    loss: Literal["sigmoids", "softmax"] = "sigmoids",
    logit_std: float = 0.0,
    examples: int = 64,
) -> dict[str, Tensor]:
    """Compare outputs that say nothing with labels of which any number may be true.

    Args:
        replicates: One set of labels each.
        classes: Number of labels K, each true for half of the examples.
        loss: K binary cross-entropies on sigmoids, or one cross-entropy on a softmax over a single true class.
        logit_std: Standard deviation of the logits; at 0 every probability is the same.
        examples: Examples N a replicate.

    Metrics:
        first: loss averaged over examples (and over labels for sigmoids), in nats.
        summed: the same, but summed over an example's labels.
    """
    logits = logit_std * replicates.normal("logits", examples, classes)  # (R, N, K)
    if loss == "sigmoids":
        targets = replicates.integers("targets", 2, examples, classes).to(logits.dtype)  # (R, N, K)
        each = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        return {"first": each.mean((1, 2)), "summed": each.sum(2).mean(1)}
    target = replicates.integers("target", classes, examples)  # (R, N): one true class
    each = -torch.gather(logits.log_softmax(-1), 2, target[..., None]).squeeze(-1)  # (R, N)
    return {"first": each.mean(1), "summed": each.mean(1)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
