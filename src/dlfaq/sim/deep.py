"""A deep network of equal layers whose first weights, normalization and skips can be chosen."""

import itertools

import torch
from torch import Tensor, nn

from dlfaq.sim.nets import ACTIVATIONS, NORMS


class Deep(nn.Module):
    """Linear layers; behind each but the last a normalization and an activation. Biases start at 0.

    Args:
        sizes: Numbers that enter, units of each hidden layer, numbers that leave.
        activation: A name in `dlfaq.sim.nets.ACTIVATIONS`.
        norm: A name in `dlfaq.sim.nets.NORMS`.
        gain: Standard deviation of the weights times the root of a layer's inputs: 1 is Xavier's,
            the root of 2 He's. 0 keeps the weights and biases that `nn.Linear` draws.
        last_gain: That of the output layer; 0 for the same.
        skip: Share of the input of each hidden layer but the first that is added to its output.
        scaled: With a skip, divide the output it is added to by the root of the hidden layers.
        as_tanh: Rescale and shift sigmoids so that they compute what tanh would with the weights
            drawn, by tanh(a) = 2 sigmoid(2 a) - 1.
        show: Give the last hidden layer's outputs and pre-activations beside the logits.
    """

    def __init__(
        self,
        sizes: list[int],
        activation: str = "relu",
        norm: str = "none",
        *,
        gain: float = 0.0,
        last_gain: float = 0.0,
        skip: float = 0.0,
        scaled: bool = False,
        as_tanh: bool = False,
        show: bool = False,
    ) -> None:
        super().__init__()
        self.linear = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.norm = nn.ModuleList(NORMS[norm](width) for width in sizes[1:-1])
        self.activation = ACTIVATIONS[activation]()
        self.show = show
        self.skip, self.share = skip, len(self.norm) ** -0.5 if scaled else 1.0
        for layer in self.linear:
            scale = last_gain if last_gain and layer is self.linear[-1] else gain
            if scale:
                nn.init.normal_(layer.weight, std=scale / layer.in_features**0.5)
                nn.init.zeros_(layer.bias)
        for before, after in itertools.pairwise(self.linear) if as_tanh else ():
            before.weight.data *= 2  # the inner 2, in the layer before the sigmoids
            before.bias.data *= 2
            after.bias.data -= after.weight.data.sum(1)  # the - 1 …
            after.weight.data *= 2  # … and the outer 2, in the layer that reads the sigmoids

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor, Tensor]:
        """Logits of a batch, (N, inputs) to (N, outputs)."""
        z = self.norm[0](self.linear[0](x))
        h = self.activation(z)
        for layer, norm in zip(self.linear[1:-1], self.norm[1:], strict=True):
            z = norm(layer(h))
            out = self.activation(z)
            h = self.skip * h + self.share * out if self.skip else out
        logits = self.linear[-1](h)
        return (logits, h, z) if self.show else logits


def change(weight: Tensor, start: Tensor) -> Tensor:
    """How far a matrix has moved, divided by its norm at the start: (R, out, in) twice to (R,)."""
    norm = torch.linalg.matrix_norm
    return norm(weight.detach() - start) / norm(start)
