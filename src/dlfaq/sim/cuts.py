"""Where a graph is cut, as the gradients of the modules' outputs tell."""

from collections.abc import Callable

from torch import Tensor, nn


def find_cut(model: nn.Module, forward: Callable[[], Tensor]) -> str:
    """The last module whose output asks for a gradient and gets none, or only zeros; or "".

    Args:
        model: What is searched.
        forward: Gives the loss, through the model.
    """
    outputs = []

    def keep(name: str) -> Callable[[nn.Module, object, Tensor], None]:
        def hook(_module: nn.Module, _inputs: object, out: Tensor) -> None:
            if out.requires_grad:
                out.retain_grad()
                outputs.append((name, out))

        return hook

    parts = [(name, part) for name, part in model.named_modules() if not [*part.children()]]
    hooks = [part.register_forward_hook(keep(name)) for name, part in parts]
    forward().backward()
    for hook in hooks:
        hook.remove()
    dead = [name for name, out in outputs if out.grad is None or not out.grad.any()]
    return dead[-1] if dead else ""
