"""Networks over PyTorch's own layers, which take the weights of one replicate."""

import itertools
from collections.abc import Mapping

from torch import Tensor, nn

from dlfaq.sim.nets import NORMS

Weights = Mapping[str, Tensor]


def deep(layers: int, norm: str) -> nn.Sequential:
    """Linear, normalization, ReLU, as everybody writes it."""
    parts = []
    for fan_in, width in itertools.pairwise([64, *[32] * layers]):
        parts += [nn.Linear(fan_in, width), NORMS[norm](width), nn.ReLU()]
    return nn.Sequential(*parts, nn.Linear(32, 10))


def with_weights(net: nn.Sequential, weights: Weights, replicate: int) -> nn.Sequential:
    """That network with the weights of one replicate."""
    linear = [module for module in net if isinstance(module, nn.Linear)]
    for number, layer in enumerate(linear):
        layer.weight.data = weights[f"linear.{number}.weight"][replicate].detach().clone()
        layer.bias.data = weights[f"linear.{number}.bias"][replicate].detach().clone()
    return net


class DigitReader(nn.Module):
    """A recurrent layer of PyTorch's between two linear ones, with the first replicate's weights.

    Args:
        layer: `nn.LSTM` or `nn.GRU`.
        weights: Of a reader of 6 units.
        forget: Added to the bias of the second gate: of input, forget, cell, output the forget
            gate; of reset, update, new the update gate.
    """

    def __init__(self, layer: type[nn.RNNBase], weights: Weights, forget: float) -> None:
        super().__init__()
        self.embed, self.answer = nn.Linear(64, 16), nn.Linear(6, 10)
        self.read = layer(16, 6, batch_first=True)
        self.load_state_dict(
            {
                f"{name}_l0" if "read" in name else name: value[0].data
                for name, value in weights.items()
            }
        )
        self.read.bias_ih_l0.data[6:12] += forget

    def forward(self, images: Tensor) -> Tensor:
        """(B, T, 64) to logits (B, 10)."""
        return self.answer(self.read(self.embed(images))[0][:, -1])
