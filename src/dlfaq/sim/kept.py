"""Networks whose middle layers, or one tensor, are kept in different ways; and what is lost.

model, held, layers = keeping("list", "mlp")
lost = unregistered(model, lambda: loss_fn(model(x), y))
"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from dlfaq.sim.nets import RowsTransformer, convnet, mlp

Pieces = tuple[nn.Module, list[nn.Module], nn.Module]
Kept = tuple[nn.Module, Callable[[], list[Tensor]], list[nn.Module]]


def unregistered(model: nn.Module, forward: Callable[[], Tensor]) -> list[Tensor]:
    """The tensors that a backward pass would give a gradient, but that are no parameters.

    Args:
        model: Whose parameters are known, before it computes.
        forward: Gives the loss, through the model.
    """
    known = {None, *model.parameters()}
    todo, used = [forward().grad_fn], set()
    for node in todo:  # it grows on the way
        used.add(getattr(node, "variable", None))
        todo += [n for n, _ in node.next_functions if n and n not in todo]
    return [*(used - known)]


def hidden(model: nn.Module) -> list[str]:
    """Names of the attributes that hold layers or tensors which are not registered."""
    known = {id(one) for one in [*model.modules(), *model.parameters(), *model.buffers()]}

    def inside(name: str, value: object) -> Iterator[str]:
        if isinstance(value, list | tuple):
            value = dict(enumerate(value))
        if isinstance(value, dict):
            for key, one in value.items():
                yield from inside(f"{name}[{key!r}]", one)
        elif isinstance(value, nn.Module | Tensor) and id(value) not in known:
            yield name

    return [
        found
        for path, module in model.named_modules()
        for key, value in vars(module).items()
        for found in inside(f"{path}.{key}".lstrip("."), value)
    ]


def pieces(
    model: str, features: int, classes: int, *, hidden: int = 32, norm: str = "none"
) -> Pieces:
    """What reads the inputs, two equal blocks, and what gives the logits.

    Args:
        model: `mlp`, three hidden layers of ReLUs; `conv`, three convolutions of eight channels;
            `transformer`, which reads an image's rows as tokens.
        features: Numbers of an input; 64 for the last two.
        classes: Logits.
        hidden: Units of each hidden layer of the MLP.
        norm: Normalization before each ReLU; a transformer has its own.
    """
    if model == "transformer":
        whole = RowsTransformer()
        return _Enter(whole), [*whole.blocks], _Answer(whole)
    if model == "conv":
        first, rest = convnet(8, classes, norm=norm), [convnet(8, 1, norm=norm) for _ in range(2)]
        return first[:5], [one[5:8] for one in rest], first[8:]
    whole = mlp(features, [hidden] * 3, classes, norm=norm)
    each = len(whole) // 3  # layers in a block: linear, normalization if any, ReLU
    return whole[:each], [whole[each : 2 * each], whole[2 * each : -1]], whole[-1]


class _Enter(nn.Module):
    """Rows of an image as tokens."""

    def __init__(self, whole: RowsTransformer) -> None:
        super().__init__()
        self.embed, self.places = whole.embed, whole.places

    def forward(self, x: Tensor) -> Tensor:
        """(N, 64) to (N, 8, d)."""
        return self.embed(x.unflatten(-1, (8, 8))) + self.places


class _Answer(nn.Module):
    """Logits at the last token."""

    def __init__(self, whole: RowsTransformer) -> None:
        super().__init__()
        self.norm, self.answer = whole.norm, whole.answer

    def forward(self, h: Tensor) -> Tensor:
        """(N, 8, d) to (N, k)."""
        return self.answer(self.norm(h[..., -1, :]))


LAYERS = {  # ways to keep two layers, as lines of `__init__`
    "module-list": "self.blocks = nn.ModuleList([a, b])",
    "module-dict": 'self.blocks = nn.ModuleDict({"a": a, "b": b})',
    "sequential": "self.blocks = nn.Sequential(a, b)",
    "attributes": "self.a, self.b = a, b",
    "list": "self.blocks = [a, b]",
    "tuple": "self.blocks = (a, b)",
    "dict": 'self.blocks = {"a": a, "b": b}',
    "nested": "self.blocks = [[a], [b]]",
    "object": "self.config = SimpleNamespace(blocks=[a, b])",
    "closure": "self.blocks = lambda: [a, b]",
    "forward": "layers made in forward",
    "assigned": "self.blocks = nn.ModuleList(…) in forward",
}


class Keeping(nn.Module):
    """A network whose middle layers are kept in some way.

    Args:
        enter: What reads the inputs.
        make: Makes the middle layers, a and b.
        head: What gives the logits.
        kept: A name in LAYERS.
    """

    def __init__(
        self, enter: nn.Module, make: Callable[[], list[nn.Module]], head: nn.Module, kept: str
    ) -> None:
        super().__init__()
        self.enter, self.head, self.make, self.kept = enter, head, make, kept
        if kept in {"forward", "assigned"}:
            return
        a, b = make()
        if kept == "attributes":
            self.a, self.b = a, b
        elif kept == "object":
            self.config = SimpleNamespace(blocks=[a, b])
        else:
            self.blocks = {
                "module-list": lambda: nn.ModuleList([a, b]),
                "module-dict": lambda: nn.ModuleDict({"a": a, "b": b}),
                "sequential": lambda: nn.Sequential(a, b),
                "list": lambda: [a, b],
                "tuple": lambda: (a, b),
                "dict": lambda: {"a": a, "b": b},
                "nested": lambda: [[a], [b]],
                "closure": lambda: lambda: [a, b],
            }[kept]()

    def layers(self) -> list[nn.Module]:
        """The middle layers, as `forward` finds them."""
        if self.kept == "attributes":
            return [self.a, self.b]
        if self.kept == "object":
            return self.config.blocks
        if self.kept == "forward":
            return self.make()
        if self.kept == "assigned":
            self.blocks = nn.ModuleList(self.make())
        if self.kept in {"dict", "module-dict"}:
            return [self.blocks["a"], self.blocks["b"]]
        if self.kept == "nested":
            return [row[0] for row in self.blocks]
        return self.blocks() if self.kept == "closure" else [*self.blocks]

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, …) to logits (N, k)."""
        h = self.enter(x)
        for layer in self.layers():
            h = layer(h)
        return self.head(h)


TENSORS = {  # ways to keep one, as lines of `__init__`
    "parameter": "self.scale = nn.Parameter(t)",
    "parameter-list": "self.scales = nn.ParameterList([t])",
    "same-type": "self.scale = nn.Parameter(t).to(torch.float32)",
    "buffer": 'self.register_buffer("scale", t)',
    "passing-buffer": 'self.register_buffer("scale", t, persistent=False)',
    "list-of-parameters": "self.scales = [nn.Parameter(t)]",
    "other-type": "self.scale = nn.Parameter(t.half()).to(torch.float32)",
    "product": "self.scale = 0.5 * nn.Parameter(2 * t)",
    "leaf": "self.scale = t.requires_grad_()",
    "plain": "self.scale = t",
}


class Scaling(nn.Module):
    """A network that multiplies its logits with a tensor that is kept in some way.

    Args:
        body: What gives the logits.
        t: (k,). Numbers.
        kept: A name in TENSORS.
    """

    def __init__(self, body: nn.Module, t: Tensor, kept: str) -> None:
        super().__init__()
        self.body, self.kept = body, kept
        start = {"other-type": t.half(), "product": 2 * t}.get(kept, t)
        leaf = nn.Parameter(start)
        self.held = lambda: [leaf]  # a function hides it
        if "buffer" in kept:
            self.register_buffer("scale", t, persistent=kept == "buffer")
            self.held = lambda: [self.scale]
        elif kept in {"leaf", "plain"}:
            self.scale = t.requires_grad_(kept == "leaf")
            self.held = lambda: [self.scale]
        elif kept == "parameter-list":
            self.scales = nn.ParameterList([leaf])
        elif kept == "list-of-parameters":
            self.scales = [leaf]
        elif kept == "product":
            self.scale = 0.5 * leaf
        else:
            self.scale = leaf if kept == "parameter" else leaf.to(torch.float32)

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, …) to logits (N, k)."""
        scale = self.scales[0] if hasattr(self, "scales") else self.scale
        return self.body(x) * scale


def keeping(kept: str, model: str, norm: str = "none") -> Kept:
    """A network of 64 inputs and 10 classes that keeps something like this.

    Args:
        kept: A name in LAYERS or TENSORS.
        model: `mlp`, `conv` or `transformer`.
        norm: As in `pieces`.

    Returns:
        The network; what gives the tensors that are kept like this, of the last pass; and the
        layers that are, none for a vector.
    """
    enter, middle, head = pieces(model, 64, 10, norm=norm)
    layers: list[nn.Module] = []

    def make() -> list[nn.Module]:
        layers[:] = pieces(model, 64, 10, norm=norm)[1]
        return layers

    if kept in LAYERS:
        net = Keeping(enter, make, head, kept)
        return net, lambda: [w for layer in layers for w in layer.parameters()], layers
    scaling = Scaling(nn.Sequential(enter, *middle, head), 0.5 + torch.rand(10), kept)
    return scaling, scaling.held, layers
