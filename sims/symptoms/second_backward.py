"""What a training loop leaves in `.grad`, and how two tests for a missing `zero_grad` read it.

python sims/symptoms/second_backward.py --cleared never --clip 0.1

The loop is written out, since where it clears gradients is the point.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, clip_grad_norm, cross_entropy, grad_norm
from dlfaq.sim.nets import mlp
from dlfaq.sim.training_data import load


def second_backward(
    replicates: Replicates,
    cleared: Literal["before", "after", "never"] = "never",
    clip: float = 0.0,
    scaler: bool = False,
    dropout: float = 0.0,
    hidden: int = 32,
    examples: int = 32,
) -> dict[str, Tensor]:
    """Make two steps at rate 0 on one batch, so that both have the same gradient.

    Setting: a {hidden}-unit ReLU network on {examples} digits, SGD at rate 0, gradients cleared:
    {cleared}, clipped at {clip} (0: not), GradScaler: {scaler}, dropout of the inputs {dropout}

    Args:
        replicates: One network each.
        cleared: Where `zero_grad` stands: before `backward`, after `step`, or nowhere.
        clip: Largest norm of the gradient, cut in place before the step; 0 for none.
        scaler: Scale the loss and unscale the gradient with PyTorch's `GradScaler`.
        dropout: Share of the inputs set to 0, other ones at each step.
        hidden: Units of the hidden layer.
        examples: Images N of the batch.

    Metrics:
        ratio: norm of `.grad` after the second step over that after the first; at least 0.
        left: norm of `.grad` just before the second `backward`, over that after the first step.
    """
    rows = load(replicates, own=True)
    x, y = rows.x[:, :examples], rows.y[:, :examples]  # (R, N, 64), (R, N)
    net = replicates.stack("net", lambda: mlp(64, [hidden], 10))
    weights = list(net.parameters())
    optimizer = torch.optim.SGD(weights, lr=0.0)
    scale = torch.amp.GradScaler(replicates.device.type, enabled=scaler)
    after, left = [], torch.zeros(len(replicates), device=replicates.device)
    for step in range(2):
        if cleared == "before":
            optimizer.zero_grad()
        kept = replicates.uniform(f"kept {step}", *x.shape[1:]) >= dropout
        loss = cross_entropy(net(x * kept), y)  # (R,)
        if step and weights[0].grad is not None:
            left = grad_norm(weights)
        scale.scale(loss.sum()).backward()
        scale.unscale_(optimizer)
        if clip:
            clip_grad_norm(weights, clip)
        scale.step(optimizer)
        scale.update()
        after.append(grad_norm(weights))
        if cleared == "after":
            optimizer.zero_grad()
    return {"ratio": after[1] / after[0], "left": left / after[0]}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
