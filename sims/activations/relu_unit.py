"""One ReLU unit that is active on a given share of its inputs: its gradient, and whether it learns.

python sims/activations/relu_unit.py --share 0.01

https://arxiv.org/abs/1903.06733
"""

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.training import descend


def relu_unit(
    replicates: Replicates,
    share: float = 0.01,
    at_zero: bool = False,
    upstream: float = 1.0,
    steps: int = 100,
    lr: float = 0.1,
    rows: int = 200,
    features: int = 8,
) -> dict[str, Tensor]:
    """Compare a unit's gradient with a formula, then train it to output 1 on every row, in float64.

    Args:
        replicates: One unit and one set of inputs each.
        share: Share of the rows on which the unit is active at the start; its bias is chosen so.
        at_zero: Look at the gradients where each row has a bias of its own that makes its
            pre-activation exactly 0.
        upstream: Gradient of the loss with respect to the unit's output, when the formula is
            compared.
        steps: Steps of gradient descent on the squared distance of the outputs from 1.
        lr: Learning rate.
        rows: Number of inputs N.
        features: Inputs d of the unit, standard normal.

    Metrics:
        formula_error: largest difference between autograd and the formula 1[w·x + b >= 0] x,
            over rows and weights.
        gradient: norm of the first step's gradient of weights and bias.
        share_after: share of the rows on which the unit is active after training, in [0, 1].
    """
    x = replicates.normal("x", rows, features, dtype=torch.float64)  # (R, N, d)
    # one weight a feature, (R, d)
    w = nn.Parameter(replicates.normal("w", features, dtype=torch.float64) / features**0.5)
    dot = (x * w[:, None]).sum(2).detach()  # (R, N): w·x
    ranked = dot.sort(dim=1, descending=True).values
    active = round(share * rows)
    # halfway between the last active row and the first inactive one; 0.1 above all if none is
    edge = (ranked[:, active - 1] + ranked[:, active]) / 2 if active else ranked[:, 0] + 0.1
    b = nn.Parameter(-edge[:, None])  # (R, 1)

    # a copy of the weights for every row, so that every row's gradient is seen on its own
    each = w.detach()[:, None].repeat(1, rows, 1).requires_grad_()  # (R, N, d)
    z = (x * each).sum(2) + (-dot if at_zero else b.detach())  # (R, N)
    gradient = torch.autograd.grad(upstream * torch.relu(z).sum(), each)[0]
    formula = (z >= 0)[..., None] * x

    def loss_at(_: int) -> Tensor:
        output = torch.relu((x * w[:, None]).sum(2) + b)  # (R, N)
        return (output - 1).square().mean(1)  # (R,)

    _, norm = descend({"w": w, "b": b}, loss_at, steps, lr=lr, norms=True)  # (R, steps)
    z = (x * w.detach()[:, None]).sum(2) + b.detach()
    return {
        "formula_error": (gradient - formula).abs().amax((1, 2)),
        "gradient": norm[:, 0],
        "share_after": (z > 0).double().mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
