"""The first loss when classes are not equally frequent.

python sims/class_priors.py --share 0.55

https://karpathy.github.io/2019/04/25/recipe/
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates, cross_entropy


def class_priors(
    replicates: Replicates, share: float = 0.55, classes: int = 10, prior_bias: bool = False, examples: int = 2000
) -> dict[str, Tensor]:
    """Measure the loss of a head that ignores its input, with and without the classes' frequencies in its bias.

    Args:
        replicates: One draw of labels each.
        share: Share of the first class; the others share the rest equally.
        classes: Number of classes k.
        prior_bias: Whether the output bias holds the logarithms of the frequencies instead of zeros.
        examples: Labels N a replicate.

    Metrics:
        loss: mean cross-entropy, in nats.
        entropy: entropy of the frequencies, in nats: the least that a constant prediction can cost.
    """
    if not 0 < share < 1:
        msg = f"share is between 0 and 1, not {share}"
        raise ValueError(msg)
    frequencies = torch.full((classes,), (1 - share) / (classes - 1), device=replicates.device)  # (k,)
    frequencies[0] = share
    # a uniform number falls into class j where it passes the sum of the frequencies before j
    labels = torch.bucketize(replicates.uniform("labels", examples), frequencies.cumsum(0))  # (R, N)
    labels = labels.clamp(max=classes - 1)  # the sum of the frequencies may round below 1
    bias = frequencies.log() if prior_bias else torch.zeros_like(frequencies)
    entropy = -(frequencies * frequencies.log()).sum()
    return {
        "loss": cross_entropy(bias.expand(*labels.shape, classes), labels),
        "entropy": entropy.expand(len(replicates)),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
