"""The signal on its way up and the gradient on its way back through many layers, with and without normalization.

python sims/normalization/norm_depth.py --normalize batch --gain 3

https://arxiv.org/abs/1902.08129
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates


class Block(nn.Module):
    """Linear, normalization, ReLU, as in most networks; with `skip` the input is added to what comes out."""

    def __init__(self, normalize: str, width: int, gain: float, *, skip: bool) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width, bias=False)
        nn.init.normal_(self.linear.weight, std=gain / width**0.5)
        self.norm = {"none": nn.Identity, "batch": nn.BatchNorm1d, "layer": nn.LayerNorm}[
            normalize
        ](width)
        self.skip = skip

    def forward(self, h: Tensor) -> Tensor:
        """(N, n) to (N, n)."""
        out = torch.relu(self.norm(self.linear(h)))
        return h + out if self.skip else out


def norm_depth(
    replicates: Replicates,
    normalize: Literal["none", "batch", "layer"] = "batch",
    gain: float = 1.4142135,
    layers: int = 30,
    skip: bool = False,
    width: int = 64,
    examples: int = 128,
) -> dict[str, Tensor]:
    """Send a batch of random inputs up through an untrained network, and a random gradient back down.

    Args:
        replicates: One network, one batch and one gradient of the loss with respect to the output each.
        normalize: Nothing, batch or layer normalization between each linear layer and its ReLU.
        gain: The weights are normal with variance gain^2 / width: the root of 2 is He's scale.
        layers: Blocks L of linear layer, normalization and ReLU.
        skip: Add each block's input to its output.
        width: Units n of every layer.
        examples: Examples N in the batch.

    Metrics:
        rms: root mean square of the last block's output.
        signal[layer]: the same for every block.
        factor: by what a block multiplies the gradient's norm on its way back, as the geometric mean over the blocks.
        gradient[layer]: norm of the gradient at a block's input, over that at the network's output.
        first_over_last: norm of the gradient of the first block's weights over that of the last block's.
        alike: mean cosine between two examples at the output.
    """
    h = replicates.normal("inputs", examples, width)  # (R, N, n)
    above = replicates.normal("gradient", examples, width)  # (R, N, n): dL/dh at the output
    blocks = [
        replicates.stack(f"block {number}", lambda: Block(normalize, width, gain, skip=skip))
        for number in range(layers)
    ]
    states = [h.requires_grad_()]
    for (
        block
    ) in blocks:  # in training mode: batch normalization takes the batch's own mean and variance
        states.append(block(states[-1]))
    weights = [blocks[number].weights()["linear.weight"] for number in (0, -1)]  # (R, n, n) each
    *at, first, last = torch.autograd.grad(states[-1], (*states[:-1], *weights), above)

    signal = (
        torch.stack([_norm(state) for state in states[1:]], 1) / (examples * width) ** 0.5
    )  # (R, L)
    gradient = torch.stack([_norm(g) for g in at], 1) / _norm(above)[:, None]  # (R, L)
    unit = states[-1].detach() / states[-1].detach().norm(dim=2, keepdim=True).clamp(
        min=1e-30
    )  # (R, N, n)
    cosines = unit @ unit.mT  # (R, N, N), with ones on the diagonal
    return {
        "rms": signal[:, -1],
        "signal": signal,
        "layer": torch.arange(1, layers + 1),
        "factor": gradient[:, 0] ** (1 / layers),
        "gradient": gradient,
        "first_over_last": _norm(first) / _norm(last),
        "alike": (cosines.sum((1, 2)) - examples) / (examples * (examples - 1)),
    }


def _norm(x: Tensor) -> Tensor:
    """Norm of all numbers of a replicate, taken in float64: float32 would underflow when it squares 1e-21."""
    return x.detach().double().flatten(1).norm(dim=1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
