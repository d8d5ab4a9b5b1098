"""The loss of a classifier before its first step.

python sims/first_loss/initial_loss.py --classes 100

https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.nets import mlp


def initial_loss(
    replicates: Replicates,
    classes: int = 10,
    init: Literal["default", "zero", "normal", "gpt2", "glorot", "lecun", "he"] = "default",
    features: int = 64,
    hidden: int = 0,
    center: float = 0.0,
    examples: int = 256,
) -> dict[str, Tensor]:
    """Show random features to a last layer, or to a network of one hidden layer.

    Setting: {features} normal features of mean {center} and variance 1, {hidden} hidden units,
    {classes} classes

    Args:
        replicates: One network and one data set each.
        classes: Number of classes k; labels are uniform over them.
        init: PyTorch's default; the same with a last layer of zeros; every weight from N(0, 1); or
            biases 0 and normal weights, of standard deviation 0.02 as the output of GPT-2, of
            variance 2 / (d + k) as Glorot's, 1 / d as LeCun's, or 2 / d as He's.
        features: Inputs d, normal with variance 1.
        hidden: Units of the hidden ReLU layer; 0 for a single linear layer.
        center: Mean of the features; their mean square is 1 + center^2.
        examples: Examples N a replicate.

    Metrics:
        loss: mean cross-entropy over the examples, in nats.
        excess: the same minus ln k.
        std: standard deviation s of the logits around each example's mean.
        total: sum of the cross-entropy over the examples, in nats.
    """
    net = replicates.stack("net", lambda: mlp(features, [hidden] if hidden else [], classes))
    weights = net.weights()
    stds = {
        "gpt2": 0.02,
        "glorot": (2 / (features + classes)) ** 0.5,
        "lecun": features**-0.5,
        "he": (2 / features) ** 0.5,
    }
    with torch.no_grad():
        for name, weight in weights.items() if init == "normal" else ():
            weight.copy_(replicates.normal(f"weight {name}", *weight.shape[1:]))
        for name, weight in weights.items() if init in stds else ():
            weight.copy_(stds[init] * replicates.normal(f"weight {name}", *weight.shape[1:]))
            if name.endswith("bias"):
                weight.zero_()
        for weight in list(weights.values())[-2:] if init == "zero" else ():
            weight.zero_()
    x = center + replicates.normal("inputs", examples, features)  # (R, N, d)
    y = replicates.integers("labels", classes, examples)  # (R, N)
    with torch.no_grad():
        logits = net(x)  # (R, N, k)
    loss = cross_entropy(logits, y)
    return {
        "loss": loss,
        "excess": loss - torch.tensor(float(classes)).log(),
        "std": (logits - logits.mean(-1, keepdim=True)).flatten(1).std(1),
        "total": cross_entropy(logits, y, reduction="sum"),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
