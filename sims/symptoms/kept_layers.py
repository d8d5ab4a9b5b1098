"""Keep two layers or one tensor in different ways: what does PyTorch do with them?

python sims/symptoms/kept_layers.py --kept list --model transformer

One network at a time, since layers in a Python list cannot be stacked.

https://docs.pytorch.org/docs/stable/notes/modules.html
"""

from collections.abc import Iterable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.kept import Kept, hidden, keeping, unregistered
from dlfaq.sim.optimizers import OPTIMIZERS
from dlfaq.sim.training_data import load


def kept_layers(
    replicates: Replicates,
    kept: Literal[
        "module-list", "module-dict", "sequential", "attributes",
        "list", "tuple", "dict", "nested", "object", "closure", "forward", "assigned",
        "parameter", "parameter-list", "same-type", "buffer", "passing-buffer",
        "list-of-parameters", "other-type", "product", "leaf", "plain",
    ] = "list",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    norm: Literal["none", "batch", "layer"] = "none",
) -> dict[str, Tensor]:  # fmt: skip
    """Take one step of training, then switch, save, load and convert the network.

    Setting: a {model} on a batch of digits (norm: {norm}) that keeps its middle layers,
        or a vector that scales its logits, like this: {kept}; {optimizer}

    Args:
        replicates: One network and one batch each.
        kept: How, as `LAYERS` and `TENSORS` of `dlfaq.sim.kept` write it down. The first twelve are
            about the two middle layers, the others about the vector.
        model: Three hidden layers, three convolutions, or a transformer of two blocks.
        optimizer: Of `model.parameters()`, at rate 0.01.
        norm: Normalization before each ReLU of the first two models.

    Metrics:
        listed: share of the tensors kept like this that parameters() lists, in [0, 1].
        graded: share of them that have a gradient after backward(), in [0, 1].
        changed: share of them that a step of the optimizer changes, in [0, 1].
        moved: share of them that the network's `to(torch.float64)` converts, in [0, 1].
        saved: share of them that state_dict() holds, in [0, 1].
        switched: share of the layers that eval() switches, in [0, 1]; 1 for a vector.
        left: norm of their gradient after zero_grad() over that before, in [0, 1].
        loads: 1 if a new network loads the state_dict() without an error, in [0, 1].
        same: 1 if it then answers as the first one does, in [0, 1].
        found: 1 if the search of the graph names just these tensors, in [0, 1].
        seen: 1 if the search of the attributes names any, in [0, 1].
    """
    rows = load(replicates, "digits", own=True)
    measured: list[dict[str, float]] = []

    def build() -> nn.Module:  # global random numbers may be drawn in here
        i = len(measured)
        nets = [keeping(kept, model, norm) for _ in range(2)]
        measured.append(_one(*nets, optimizer, rows.x[i, :32], rows.y[i, :32]))
        return nn.Linear(1, 1)

    replicates.stack("net", build)
    return {
        name: torch.tensor([one[name] for one in measured], dtype=torch.float64)
        for name in measured[0]
    }


def _one(kept: Kept, fresh: Kept, optimizer: str, x: Tensor, y: Tensor) -> dict[str, float]:
    """What happens to the tensors that a network keeps, and in a new one that loads its state."""
    net, held, layers = kept
    descent = OPTIMIZERS[optimizer](net.parameters(), lr=0.01)
    losses: list[Tensor] = []
    lost = unregistered(net, lambda: losses.append(F.cross_entropy(net(x), y)) or losses[-1])
    losses[0].backward()
    tensors = held()
    old = [tensor.detach().clone() for tensor in tensors]
    grads = [tensor.grad is not None for tensor in tensors]
    descent.step()
    changed = [not torch.equal(*pair) for pair in zip(tensors, old, strict=True)]
    before = _norm(tensors)
    descent.zero_grad()
    left = _norm(tensors) / before if before else 0.0
    listed = {id(one) for one in net.parameters()}
    saved = {id(one) for one in net.state_dict(keep_vars=True).values()}
    seen = hidden(net) != []
    net.eval()
    switched = [not layer.training for layer in layers]
    loads, same = _loaded(net, fresh[0], x)
    net.to(torch.float64)
    moved = [one.dtype == torch.float64 for one in held()]
    return {
        "listed": _share(id(one) in listed for one in tensors),
        "graded": _share(grads),
        "changed": _share(changed),
        "moved": _share(moved),
        "saved": _share(id(one) in saved for one in tensors),
        "switched": _share(switched),
        "left": left,
        "loads": loads,
        "same": same,
        "found": {id(one) for one in lost} == {id(one) for one in tensors},
        "seen": seen,
    }


def _loaded(net: nn.Module, fresh: nn.Module, x: Tensor) -> tuple[bool, bool]:
    """Whether a new network loads the state without an error, and then answers the same."""
    try:
        fresh.load_state_dict(net.state_dict())
    except RuntimeError:
        return False, False
    with torch.no_grad():
        return True, torch.equal(net(x), fresh.eval()(x))


def _norm(tensors: list[Tensor]) -> float:
    """Of all gradients together."""
    return sum(one.grad.square().sum().item() for one in tensors if one.grad is not None) ** 0.5


def _share(truths: Iterable[bool]) -> float:
    """Of those that hold; 1 if there are none."""
    found = [*truths]
    return sum(found) / len(found) if found else 1.0


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
