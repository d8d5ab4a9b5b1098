"""What the first loss of a network tells of faults in its inputs, weights, labels and loss.

python sims/first_loss/untrained_networks.py --network conv --fault summed

https://karpathy.github.io/2019/04/25/recipe/
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.nets import RowsTransformer, convnet, mlp
from dlfaq.sim.training_data import load


def untrained_networks(
    replicates: Replicates,
    network: Literal["mlp", "conv", "transformer"] = "mlp",
    fault: Literal[
        "none", "bytes", "normal", "probabilities", "summed", "divided", "padded", "twice",
        "leaked",
    ] = "none",
    layers: int = 2,
    norm: Literal["none", "batch", "layer"] = "none",
    head: Literal["default", "zero"] = "default",
    share: float = 0.0,
    examples: int = 64,
) -> dict[str, Tensor]:  # fmt: skip
    """Show one batch of digits to a network as PyTorch initializes it.

    Setting: one batch of {examples} standardized digits through an untrained {network} in training
    mode (norm: {norm}, head: {head}, fault: {fault})

    Args:
        replicates: One network and one batch each.
        network: Hidden layers of 64 ReLUs; two convolutions of 8 channels; or a transformer of
            two blocks of width 32 with layer normalization that reads the rows of an image.
        fault: What is wrong. Inputs: pixels from 0 to 255 (bytes). Weights: all drawn from N(0, 1)
            (normal). Loss: softmax outputs given to nll_loss (probabilities), a sum for the mean
            (summed), a mean divided by 4 accumulation steps (divided), half of the batch is padding
            that costs 0 and is counted (padded), a network that ends with a softmax given to
            cross_entropy (twice). Labels: written into the first ten pixels of the image (leaked).
        layers: Hidden layers of the first network.
        norm: Normalization before each ReLU of the first two networks.
        head: The last layer as PyTorch draws it, or zeros.
        share: Share of zeros in the batch, below 1; 0 for the digits as they come.
        examples: Images N of the batch.

    Metrics:
        std: standard deviation s of the outputs of the batch around each example's mean.
        excess: the loss that is reported minus ln 10, in nats.
        half: s^2 / 2, in nats.
        across: standard deviation of an output over the examples, divided by s, mean of the ten
            outputs around each example's mean; 0 if s is.
        large: 1 if s is above 1, in [0, 1].
        wrong: 1 if s is at most 1, and excess is not within s of 0 (and rounding, 0.0001),
            in [0, 1].
    """
    rows = 1200 if share else examples
    data = load(replicates, scale="raw" if fault == "bytes" else "standard", own=True, train=rows)
    x, y = data.x[:, :examples], data.y[:, :examples]  # (R, N, 64) and (R, N)
    if share:  # zeros first, then the digits that are none
        order = (data.y != 0).int().argsort(dim=1, stable=True)  # (R, 1200)
        zeros = round(share * examples)
        rows = torch.cat([order[:, :zeros], order[:, zeros - examples :]], 1)  # (R, N)
        x, y = data.x.gather(1, rows[..., None].expand(-1, -1, 64)), data.y.gather(1, rows)
    if fault == "bytes":
        x = x * 255 / 16
    if fault == "leaked":
        x = torch.cat([3.0 * F.one_hot(y, 10), x[..., 10:]], -1)
    builders = {
        "mlp": lambda: mlp(64, [64] * layers, 10, norm=norm),
        "conv": lambda: convnet(8, 10, norm=norm),
        "transformer": RowsTransformer,
    }
    net = replicates.stack("net", builders[network])
    with torch.no_grad():
        for name, weight in net.weights().items() if fault == "normal" else ():
            weight.copy_(replicates.normal(f"weight {name}", *weight.shape[1:]))
        for weight in list(net.weights().values())[-2:] if head == "zero" else ():  # last layer
            weight.zero_()
        logits = net(x)  # (R, N, 10)
    logits = logits.softmax(-1) if fault == "twice" else logits
    around = logits - logits.mean(-1, keepdim=True)
    std = around.flatten(1).std(1)
    excess = _reported(logits, y, fault) - torch.tensor(10.0).log()
    return {
        "std": std,
        "excess": excess,
        "half": std.square() / 2,
        "across": around.std(1).mean(1) / std.clamp(min=1e-12),
        "large": (std > 1).float(),
        "wrong": ((std <= 1) & (excess.abs() > 0.0001 + std)).float(),
    }


def _reported(logits: Tensor, y: Tensor, fault: str) -> Tensor:
    """The loss (R,) that a training script would print."""
    if fault == "probabilities":
        return -logits.softmax(-1).gather(-1, y[..., None]).mean((1, 2))
    if fault == "padded":
        used = y.shape[1] // 2
        return cross_entropy(logits[:, :used], y[:, :used], reduction="sum") / y.shape[1]
    loss = cross_entropy(logits, y, reduction="sum" if fault == "summed" else "mean")
    return loss / 4 if fault == "divided" else loss


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
