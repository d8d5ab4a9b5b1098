"""Cut the graph at a random place, in one of many ways, and look for the place.

python sims/symptoms/graph_cuts.py --kind argmax --model conv

Hooks act on a module, so these networks are not stacked.

https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from dlfaq.sim import Replicates
from dlfaq.sim.cuts import Tuples, cut_behind, find_cut
from dlfaq.sim.plain_scripts import plain_scripts
from dlfaq.sim.setups import Setup

KINDS: dict[str, Callable[[Tensor], Tensor]] = {
    "nothing": lambda h: h,
    "softmax": lambda h: h.softmax(-1),
    "clone": lambda h: h.clone(),
    "straight-through": lambda h: h + (h.round() - h).detach(),
    "one-path": lambda h: h + h.detach(),
    "detach": lambda h: h.detach(),
    "data": lambda h: h.data,
    "no-grad": torch.no_grad()(lambda h: 1 * h),
    "no-grad-modules": lambda h: h,  # instead, all before runs under no_grad
    "numpy": lambda h: torch.from_numpy(h.detach().numpy()),
    "new-tensor": lambda h: torch.tensor(h.tolist()),
    "compare": lambda h: (h > 0).float(),
    "integer": lambda h: h.long().float(),
    "argmax": lambda h: F.one_hot(h.argmax(-1), h.shape[-1]).float(),
    "round": torch.round,
    "floor": torch.floor,
    "sign": torch.sign,
}


def graph_cuts(
    replicates: Replicates,
    kind: Literal[
        "nothing", "softmax", "clone", "straight-through", "one-path", "detach", "data",
        "no-grad", "no-grad-modules", "numpy", "new-tensor", "compare", "integer", "argmax",
        "round", "floor", "sign",
    ] = "detach",
    case: Literal["none", "zero-head", "dead", "unused", "frozen"] = "none",
    model: Literal["mlp", "conv", "transformer", "tuples"] = "mlp",
    checkpointing: Literal["none", "non-reentrant", "reentrant"] = "none",
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
) -> dict[str, Tensor]:  # fmt: skip
    """One forward and one backward pass with an operation behind one module.

    Setting: a {model} on a batch of {batch} of {data} (norm: {norm}, script: {case},
        checkpointing: {checkpointing}), {kind} behind a module chosen at random before the last

    Args:
        replicates: One network, one batch and one place each.
        kind: What is done to the output of the module at that place; `one-path` cuts one of two
            paths, `no-grad-modules` runs all up to a module with weights under `no_grad`.
        case: What is special about the script, a name of `dlfaq.sim.plain_scripts`.
        model: Two hidden layers, two convolutions, two transformer blocks, or PyTorch's attention
            and LSTM, which return tuples and are the places then.
        checkpointing: Of all before the last layer; for `reentrant` the images ask for gradients.
        norm: Normalization before each ReLU of the first two models.
        data: What is learnt; the last two need an MLP.
        hidden: Units of each hidden layer of an MLP.
        batch: Examples.

    Metrics:
        none: share of the parameters whose gradient is None, in [0, 1].
        zero: share of the parameters whose gradient is 0, in [0, 1].
        accused: 1 if the search finds a cut, in [0, 1].
        found: 1 if it finds the module behind which the operation stands, in [0, 1].
    """
    setup = Setup("mlp" if model == "tuples" else model, norm=norm, dataset=data, hidden=hidden)
    rows = setup.data(replicates)
    draws = replicates.uniform("place", 1)[:, 0].tolist()
    scripts = plain_scripts(replicates, setup, rows, case)
    if model == "tuples":
        bodies: list[nn.Module] = []
        replicates.stack("tuples", lambda: bodies.append(Tuples()) or bodies[-1])
        for script, body in zip(scripts, bodies, strict=True):
            script.model.body = body
    measured = []
    for i, script in enumerate(scripts):
        net = script.model
        places = _places(net.body, weighed=kind == "no-grad-modules")
        place = "body." + places[int(draws[i] * len(places))]
        x = rows.x[i, :batch].requires_grad_(checkpointing == "reentrant")
        if checkpointing != "none":
            again = {"use_reentrant": checkpointing == "reentrant"}
            net.body.forward = partial(checkpoint, net.body.forward, **again)
        found = _search(net, place, kind, x, rows.y[i, :batch])
        grads = [p.grad for p in net.parameters()]
        measured.append({
            "none": sum(g is None for g in grads) / len(grads),
            "zero": sum(g is not None and not g.any() for g in grads) / len(grads),
            "accused": found != "",
            "found": found == place,
        })  # fmt: skip
    columns = {name: [one[name] for one in measured] for name in measured[0]}
    return {name: torch.tensor(each, dtype=torch.float64) for name, each in columns.items()}


def _search(net: nn.Module, place: str, kind: str, x: Tensor, y: Tensor) -> str:
    """What the search finds, with an operation behind a module until backward is done."""
    with ExitStack() as held:

        def forward() -> Tensor:  # the search's own hooks come first
            held.enter_context(cut_behind(net, place, KINDS[kind], grads=kind != "no-grad-modules"))
            return F.cross_entropy(net(x), y)

        return find_cut(net, forward)


def _places(body: nn.Module, *, weighed: bool) -> list[str]:
    """Names of the modules from the first with weights on, or with weights, or giving tuples."""
    if isinstance(body, Tuples):
        return ["attend.self_attn", "read"]
    places = [name for name, part in body.named_modules() if not [*part.children()]]
    has = [bool([*body.get_submodule(name).parameters()]) for name in places]
    if weighed:
        return [name for name, one in zip(places, has, strict=True) if one]
    return places[has.index(True) :]


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
