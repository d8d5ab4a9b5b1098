"""Cheap experiments on a training script that tell its faults apart."""

from collections.abc import Iterable

import torch
from torch import Tensor

from dlfaq.sim.copies import load_state
from dlfaq.sim.faults import Script


def look(x: Tensor, z: Tensor) -> dict[str, Tensor]:
    """What a glance at inputs (R, N, d) and outputs (R, N, k) of a batch shows, bool (R,) each.

    `unscaled`: their standard deviation is outside 0.1 … 10, or they do not differ between
    examples; `clipped`: no output is negative, and they are as a ReLU or a softmax leaves them:
    some but not all are 0, or those of each example sum to 1.
    """
    spread = x.flatten(1).std(1)
    same = (x == x[:, :1]).flatten(1).all(1) & (x.shape[1] > 1)
    flat = z.flatten(1)
    zeros = (flat == 0).any(1) & (flat > 0).any(1)
    sums = ((z.sum(-1) - 1).abs() < 0.001).all(1)  # noqa: PLR2004 - what rounding leaves
    return {
        "unscaled": (spread < 0.1) | (spread > 10) | same,  # noqa: PLR2004 - see above
        "clipped": (flat >= 0).all(1) & (zeros | sums),
    }


def leaves(loss: Tensor) -> set[Tensor]:
    """The parameters that a loss depends on, as autograd's graph knows them."""
    found, seen, todo = set(), set(), [loss.grad_fn]
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            found.add(node.variable)
        todo += [before for before, _ in node.next_functions]
    return found


def graph(script: Script, x: Tensor, y: Tensor) -> dict[str, Tensor]:
    """Which parameters the loss of a batch and the optimizer know, as shares (R,) of theirs.

    `missing`: of the parameters that the loss depends on, those that the optimizer does not hold.
    `idle`: of the parameters that the optimizer holds, those without a gradient or with zeros only.
    """
    script.forget()
    held = list(script.held().values())
    loss = script.loss(x, y, dropout=False)
    used = leaves(loss)
    loss.sum().backward()
    missing = sum(all(one is not other for other in held) for one in used) / max(len(used), 1)
    none = torch.ones(len(x), dtype=torch.bool, device=x.device)
    zero = [none if w.grad is None else (w.grad == 0).flatten(1).all(1) for w in held]
    script.forget()
    return {
        "missing": torch.full((len(x),), missing, device=x.device),
        "idle": torch.stack(zero).float().mean(0),
    }


def twice(script: Script, x: Tensor, y: Tensor) -> dict[str, Tensor]:
    """The script's step twice on one batch at rate 0: by which factor loss and gradient grew.

    (R,) each; 1 if there is no gradient.
    """
    losses, norms = [], []
    script.forget()
    for _ in range(2):
        if script.fault.zeroed:
            script.forget()
        loss = script.loss(x, y, dropout=False)
        loss.sum().backward()
        losses.append(loss.detach())
        grads = [w.grad.flatten(1) for w in script.net.parameters() if w.grad is not None]
        norms.append(torch.cat(grads, 1).norm(dim=1) if grads else torch.ones_like(losses[-1]))
    script.forget()
    return {
        "loss_ratio": losses[1] / losses[0].clamp(min=1e-9),
        "norm_ratio": norms[1] / norms[0].clamp(min=1e-9),
    }


def update(script: Script, x: Tensor, y: Tensor) -> Tensor:
    """Norm of the change that one step makes to all weights, over their norm, (R,)."""
    script.train([(x, y)])
    with torch.no_grad():
        names = [name for name, _ in script.net.named_parameters()]
        now = torch.cat([w.flatten(1) for w in script.net.parameters()], 1)
    before = torch.cat([script.start[name].flatten(1) for name in names], 1)
    load_state(script.net, script.start)
    return (now - before).norm(dim=1) / before.norm(dim=1).clamp(min=1e-9)


def one_batch(script: Script, x: Tensor, y: Tensor, steps: int) -> Tensor:
    """Losses of training on one batch again and again, (R, steps)."""
    return script.train([(x, y)] * steps)


def drawn(script: Script, batch: int, steps: int) -> Iterable[tuple[Tensor, Tensor]]:
    """Shuffled batches of the script's training data, one a step."""
    data, each = script.data, torch.arange(len(script.replicates))[:, None]
    order = script.replicates.batches("batches", len(data), batch, steps)
    return ((data.x[each, order[:, i]], data.y[each, order[:, i]]) for i in range(steps))
