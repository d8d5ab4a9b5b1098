"""Search sound networks for layers and tensors that are not registered: what is accused?

python sims/symptoms/searched_models.py --case tied --model conv

One network at a time, since the search looks at modules.

https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

import copy
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm
from torch.utils.checkpoint import checkpoint

from dlfaq.sim import Replicates
from dlfaq.sim.kept import Keeping, hidden, pieces, unregistered
from dlfaq.sim.training_data import load


def searched_models(
    replicates: Replicates,
    case: Literal[
        "plain", "tied", "frozen", "weight-norm", "checkpointed", "bfloat16", "both",
        "input", "loss", "teacher", "last-output", "listed", "reentrant",
    ] = "plain",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    norm: Literal["none", "batch", "layer"] = "none",
    batch: int = 32,
) -> dict[str, Tensor]:  # fmt: skip
    """Run one forward pass and search its graph, and the model's attributes.

    Setting: a {model} on a batch of {batch} digits (norm: {norm}), its middle layers in a
        ModuleList, and this about it: {case}

    Args:
        replicates: One network and one batch each.
        case: Nothing (`plain`); one middle layer that is called twice (`tied`); middle layers that
            are frozen, have their weights normalized or run under activation checkpointing
            (`checkpointed`; `reentrant` with layers in a Python list); a pass under autocast;
            layers that stand in a plain list as well (`both`); an input that asks for a gradient;
            a loss with a parameter of its own; a frozen copy kept in a list on purpose
            (`teacher`); an output that is kept as an attribute; layers in a Python list (`listed`).
        model: Three hidden layers, three convolutions, or a transformer of two blocks.
        norm: Normalization before each ReLU of the first two models.
        batch: Examples.

    Metrics:
        accused: 1 if the search of the graph names any tensor, in [0, 1].
        seen: 1 if the search of the attributes names any, in [0, 1].
    """
    rows = load(replicates, "digits", own=True)
    measured: list[dict[str, bool]] = []

    def build() -> nn.Module:
        i = len(measured)
        enter, blocks, head = pieces(model, 64, 10, norm=norm)
        if case == "tied":
            blocks[1] = blocks[0]
        kept = "list" if case in {"listed", "reentrant"} else "module-list"
        net = Keeping(enter, lambda: blocks, head, kept)
        forward = _prepared(net, case, rows.x[i, :batch], rows.y[i, :batch])
        lost = unregistered(net, forward)
        measured.append({"accused": lost != [], "seen": hidden(net) != []})
        return nn.Linear(1, 1)

    replicates.stack("net", build)
    return {
        name: torch.tensor([one[name] for one in measured], dtype=torch.float64)
        for name in measured[0]
    }


def _prepared(net: Keeping, case: str, x: Tensor, y: Tensor):  # noqa: ANN202 - a function
    """Do to the network what the case says; its loss, as a function."""
    blocks = net.layers()
    if case == "frozen":
        net.blocks.requires_grad_(requires_grad=False)
    if case == "weight-norm":
        for part in net.blocks.modules():
            if isinstance(part, nn.Linear | nn.Conv2d):
                weight_norm(part)
    if case == "both":
        net.order = blocks
    if case == "teacher":
        net.teacher = [copy.deepcopy(net).requires_grad_(requires_grad=False)]
    if case in {"checkpointed", "reentrant"}:
        reentrant = case == "reentrant"
        for block in blocks:
            block.forward = _checkpointed(block.forward, reentrant=reentrant)
    if case == "input":
        x = x.clone().requires_grad_()
    scale = nn.Parameter(torch.ones(())) if case == "loss" else 1.0

    def loss() -> Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=case == "bfloat16"):
            z = net(x)
        if case == "teacher":
            z = z - 0.1 * net.teacher[0](x)
        if case == "last-output":
            net.last = z.detach()
        return F.cross_entropy(scale * z.float(), y)

    return loss


def _checkpointed(forward, *, reentrant: bool):  # noqa: ANN001, ANN202 - of a module
    """The same pass, computed again on the way back."""
    return lambda h: checkpoint(forward, h, use_reentrant=reentrant)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
