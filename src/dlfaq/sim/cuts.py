"""Where a graph is cut, as the gradients of the modules' outputs tell; and how to cut one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


def find_cut(model: nn.Module, forward: Callable[[], Tensor]) -> str:
    """The last module whose outputs get no gradient, or only zeros; or "".

    Listed are modules whose outputs ask for a gradient, and those run under `no_grad` whose own
    weights ask for one.

    Args:
        model: What is searched.
        forward: Gives the loss, through the model.
    """
    outputs: list[tuple[str, list[Tensor]]] = []
    ran: set[nn.Module] = set()

    def keep(name: str) -> Callable[[nn.Module, object, object], None]:
        def hook(module: nn.Module, _inputs: object, out: object) -> None:
            if ran.isdisjoint([*module.modules()][1:]):  # no other module ran inside
                kept = _tensors(out)
                for tensor in kept:
                    tensor.retain_grad()
                if kept or any(p.requires_grad for p in module.parameters()):
                    outputs.append((name, kept))
            ran.add(module)

        return hook

    hooks = [part.register_forward_hook(keep(name)) for name, part in model.named_modules()]
    loss = forward()
    for hook in hooks:
        hook.remove()  # before the backward pass, in which checkpointing runs modules again
    loss.backward()
    alive = [any(t.grad is not None and t.grad.any() for t in kept) for _, kept in outputs]
    dead = [name for (name, _), lives in zip(outputs, alive, strict=True) if not lives]
    return dead[-1] if dead else ""


def _tensors(out: object) -> list[Tensor]:
    """Those in a module's output that ask for a gradient; an LSTM gives a tuple of tuples."""
    out = [*out.values()] if isinstance(out, dict) else out
    if isinstance(out, tuple | list):
        return [tensor for one in out for tensor in _tensors(one)]
    return [out] if isinstance(out, Tensor) and out.requires_grad else []


@contextmanager
def cut_behind(
    net: nn.Module, place: str, change: Callable[[Tensor], Tensor], *, grads: bool = True
) -> Iterator[None]:
    """Change what one module of a network gives, or the first tensor of a tuple that it gives.

    Hooks that are there already see the output before it is changed.

    Args:
        net: The network.
        place: Name of the module.
        change: What is done to its output.
        grads: False for a pass under `no_grad` up to the end of that module.
    """

    def begin(_net: nn.Module, _inputs: object) -> None:
        torch.set_grad_enabled(grads)

    def end(_part: nn.Module, _inputs: object, out: Tensor | tuple) -> Tensor | tuple:
        torch.set_grad_enabled(True)
        return (change(out[0]), *out[1:]) if isinstance(out, tuple) else change(out)

    hooks = [
        net.register_forward_pre_hook(begin),
        net.get_submodule(place).register_forward_hook(end),
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


class Tuples(nn.Module):
    """PyTorch's transformer layer and LSTM, which hold modules that return tuples."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(8, 32)
        self.attend = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True)
        self.read = nn.LSTM(32, 32, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 64) to what is read at the last row, (N, 32)."""
        return self.read(self.attend(self.embed(x.unflatten(-1, (8, 8)))))[0][:, -1]
