"""Small ready networks, with or without normalization: ordinary modules, to be stacked."""

import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "identity": nn.Identity,
}
NORMS: dict[str, Callable[[int], nn.Module]] = {
    "none": nn.Identity,
    "batch": nn.BatchNorm1d,
    "layer": nn.LayerNorm,
    "rms": nn.RMSNorm,
}
_NORMS_OF_MAPS: dict[str, Callable[[int], nn.Module]] = {
    "none": nn.Identity,
    "batch": nn.BatchNorm2d,
    "layer": lambda channels: nn.GroupNorm(1, channels),  # over channels and places, as LayerNorm
}


def mlp(
    inputs: int,
    hidden: Sequence[int],
    outputs: int,
    *,
    activation: str = "relu",
    norm: str = "none",
    gain: float | None = None,
) -> nn.Sequential:
    """Linear layers with a normalization and an activation behind each but the last.

    Args:
        inputs: Numbers that enter.
        hidden: Units of each hidden layer; none for a linear network.
        outputs: Numbers that leave.
        activation: A name in ACTIVATIONS.
        norm: A name in NORMS, between a hidden layer and its activation.
        gain: The weights are normal with variance gain^2 / inputs of their layer, biases 0: the
            root of 2 is He's scale, 1 is Xavier's. None keeps what `nn.Linear` draws.
    """
    parts: list[nn.Module] = []
    for fan_in, width in itertools.pairwise([inputs, *hidden]):
        parts += [scaled_linear(fan_in, width, gain), NORMS[norm](width), ACTIVATIONS[activation]()]
    last = scaled_linear([inputs, *hidden][-1], outputs, gain)
    return nn.Sequential(*(part for part in parts if not isinstance(part, nn.Identity)), last)


def scaled_linear(inputs: int, outputs: int, gain: float | None) -> nn.Linear:
    """A linear layer of weights of variance gain^2 / inputs, biases 0; None: `nn.Linear`'s own."""
    linear = nn.Linear(inputs, outputs)
    if gain is not None:
        nn.init.normal_(linear.weight, std=gain / inputs**0.5)
        nn.init.zeros_(linear.bias)
    return linear


def convnet(
    channels: int,
    outputs: int,
    *,
    side: int = 8,
    pool: Callable[[], nn.Module] | None = None,
    norm: str = "none",
) -> nn.Sequential:
    """Two 3 x 3 convolutions with ReLUs, pooling behind the first, and a linear output.

    Args:
        channels: Channels of both convolutions.
        outputs: Numbers that leave.
        side: Images are side x side numbers in a row: (N, side * side).
        pool: Builds what stands behind the first ReLU; none for max pooling over 2 x 2 numbers.
        norm: `none`, `batch` or `layer`, between a convolution and its ReLU.
    """
    pooling = pool() if pool else nn.MaxPool2d(2)
    layers = [
        nn.Unflatten(1, (1, side, side)),
        nn.Conv2d(1, channels, 3, padding=1),
        _NORMS_OF_MAPS[norm](channels),
        nn.ReLU(),
        pooling,
        nn.Conv2d(channels, channels, 3, padding=1),
        _NORMS_OF_MAPS[norm](channels),
        nn.ReLU(),
        nn.Flatten(),
    ]
    left = pooling(torch.zeros(1, 1, side, side)).numel()  # numbers in a channel
    return nn.Sequential(*layers, nn.Linear(channels * left, outputs))


class Transformer(nn.Module):
    """A small language model: token and position embeddings, blocks, logits at each position.

    Args:
        tokens: Different tokens k.
        length: Longest sequence T.
        width: Numbers d a position; a multiple of `heads`.
        blocks: Blocks of attention and of two layers with 4 d units, each with a path around it.
        heads: Heads of the attention.
        norm: `layer`, `rms` or `none`.
        first: Normalize before attention and network (pre-norm); else behind the sum (post-norm).
    """

    def __init__(
        self, tokens: int, length: int, width: int = 32, blocks: int = 2, heads: int = 2,
        norm: str = "layer", *, first: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.embed = nn.Embedding(tokens, width)
        self.places = nn.Parameter(0.02 * torch.randn(length, width))
        self.blocks = nn.ModuleList(_Block(width, heads, norm, first=first) for _ in range(blocks))
        self.norm = NORMS[norm](width) if first else nn.Identity()
        self.answer = nn.Linear(width, tokens)

    def forward(self, x: Tensor) -> Tensor:
        """Token numbers (N, T) to logits (N, T, k)."""
        h = self.embed(x) + self.places[: x.shape[1]]
        for block in self.blocks:
            h = block(h)
        return self.answer(self.norm(h))


class _Block(nn.Module):
    """Causal self-attention, then two linear layers."""

    def __init__(self, width: int, heads: int, norm: str, *, first: bool) -> None:
        super().__init__()
        self.heads, self.first = heads, first
        self.enter = nn.Linear(width, 3 * width)
        self.leave = nn.Linear(width, width)
        self.feed = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.norms = nn.ModuleList([NORMS[norm](width), NORMS[norm](width)])

    def forward(self, h: Tensor) -> Tensor:
        """(N, T, d) to (N, T, d)."""
        for part, norm in zip((self._attend, self.feed), self.norms, strict=True):
            h = h + part(norm(h)) if self.first else norm(h + part(h))
        return h

    def _attend(self, h: Tensor) -> Tensor:
        shape = (*h.shape[:2], self.heads, h.shape[2] // self.heads)
        query, key, value = (part.view(shape).transpose(1, 2) for part in self.enter(h).chunk(3, 2))
        scores = query @ key.mT / math.sqrt(shape[-1])  # (N, heads, T, T)
        later = torch.ones(h.shape[1], h.shape[1], dtype=torch.bool, device=h.device).triu(1)
        mixed = scores.masked_fill(later, -math.inf).softmax(-1) @ value  # (N, heads, T, d / heads)
        return self.leave(mixed.transpose(1, 2).flatten(2))


class RowsTransformer(Transformer):
    """A transformer that reads an image as eight tokens, its rows, and answers at the last."""

    def __init__(self) -> None:
        super().__init__(tokens=10, length=8, width=32)
        self.embed = nn.Linear(8, 32)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 64) to logits (N, 10)."""
        return super().forward(x.unflatten(-1, (8, 8)))[..., -1, :]
