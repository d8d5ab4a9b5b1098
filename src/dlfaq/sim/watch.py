"""What some steps of a training script do to each of its parameters, and why.

words = watch(model, optimizer, lambda: train_step(x, y))
"""

from collections.abc import Callable

import torch
from torch import nn
from torch.optim import Optimizer

LEARNS = "learns"
MOST = 0.5  # of the weights with a gradient change, if steps are not rounded away


def watch(
    model: nn.Module, optimizer: Optimizer, train_step: Callable[[], object], steps: int = 10
) -> dict[str, str]:
    """Take some steps and say of each parameter whether it learns, or the first reason not."""
    params = dict(model.named_parameters())
    old = {n: p.detach().clone() for n, p in params.items()}
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    live = {n: torch.zeros_like(p, dtype=torch.bool) for n, p in params.items()}
    reached, broken, stepped, rates = set(), set(), set(), []

    def at_backward(n: str, p: torch.Tensor) -> None:
        reached.add(n)
        if not p.grad.isfinite().all():
            broken.add(n)

    def at_step(optimizer: Optimizer, *_: object) -> None:
        if getattr(optimizer, "found_inf", False):  # loss scaling makes a fused step do nothing
            return
        rates.append(max(group["lr"] for group in optimizer.param_groups))
        for n, p in params.items():
            if p.grad is not None:
                stepped.add(n)
                live[n] |= p.grad != 0

    hooks = [optimizer.register_step_pre_hook(at_step)]
    for n, p in params.items():
        if p.requires_grad:
            hooks.append(p.register_post_accumulate_grad_hook(lambda p, n=n: at_backward(n, p)))
    for _ in range(steps):
        train_step()
    for hook in hooks:
        hook.remove()

    def word(n: str, p: torch.Tensor) -> str:
        changed = (p.detach() != old[n])[live[n]].float().mean()
        reasons = {
            "frozen": not p.requires_grad,
            "not in the optimizer": id(p) not in held,
            "no gradient": n not in reached,
            "step skipped": not rates and broken,
            "step not called": not rates,
            "gradient gone": n not in stepped,
            "gradient 0": not live[n].any(),
            "rate 0": max(rates, default=0) == 0,
            "rounded": not changed > MOST,
        }
        return next((reason for reason, holds in reasons.items() if holds), LEARNS)

    return {n: word(n, p) for n, p in params.items()}
