"""The loss of a classifier before its first step.

python sims/initial_loss.py --classes 100

https://karpathy.github.io/2019/04/25/recipe/
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, cross_entropy


def initial_loss(
    replicates: Replicates,
    classes: int = 10,
    init: Literal["default", "zero", "normal"] = "default",
    first_bias: float = 0.0,
    fed: Literal["log-probabilities", "probabilities"] = "log-probabilities",
    features: int = 64,
    hidden: int = 128,
    examples: int = 256,
) -> dict[str, Tensor]:
    """Show random inputs to an untrained network and measure its loss.

    Args:
        replicates: One network and one data set each.
        classes: Number of classes k; labels are uniform over them.
        init: PyTorch's default; the same with a last layer of zeros; or every weight and bias from N(0, 1).
        first_bias: Added to the output bias of the first class.
        fed: What the negative log-likelihood is given; it expects log-probabilities.
        features: Inputs, standard normal.
        hidden: Width of the hidden ReLU layer; 0 for a single linear layer.
        examples: Examples N a replicate.

    Metrics:
        loss: mean cross-entropy over the examples, in nats.
        total: sum of the cross-entropy over the examples, in nats.
        likelihood: negative log-likelihood by `nll_loss`, summed over the examples, in nats.
        first: probability of the first class, for the first example.
    """

    def network() -> nn.Module:
        if not hidden:
            return nn.Linear(features, classes)
        return nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, classes))

    net = replicates.stack("net", network)
    *_, weight, bias = net.weights().values()  # the last layer: (R, k, fan in) and (R, k)
    with torch.no_grad():
        if init == "zero":
            weight.zero_()
            bias.zero_()
        if init == "normal":
            for name, parameter in net.weights().items():
                parameter.copy_(replicates.normal(f"normal {name}", *parameter.shape[1:]))
        bias[:, 0] += first_bias
    x = replicates.normal("inputs", examples, features)  # (R, N, features)
    y = replicates.integers("labels", classes, examples)  # (R, N)
    logits = net(x).detach()  # (R, N, k)
    given = logits.log_softmax(-1) if fed == "log-probabilities" else logits.softmax(-1)
    likelihood = F.nll_loss(given.flatten(0, 1), y.flatten(), reduction="none").view(y.shape)  # (R, N)
    return {
        "loss": cross_entropy(logits, y),
        "total": cross_entropy(logits, y, reduction="sum"),
        "likelihood": likelihood.sum(1),
        "first": logits[:, 0].softmax(-1)[:, 0],
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
