"""One update of a network's first weights: which gradient, which sign, how large a step.

python sims/depth/gradient_update.py --sign plus

https://doi.org/10.1038/323533a0
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def gradient_update(
    replicates: Replicates,
    sign: Literal["minus", "plus"] = "minus",
    zero: Literal["nothing", "input", "weights"] = "nothing",
    size: float = 0.0,
    optimizer: Literal["sgd", "adam", "rmsprop"] = "sgd",
    lr: float = 1e-3,
    inputs: int = 5,
    outputs: int = 7,
) -> dict[str, Tensor]:
    """Take the gradients of (1/2) ||V tanh(W x) - y||^2 in float64, then let an optimizer of PyTorch update W.

    Args:
        replicates: One network, one input and one target each.
        sign: `minus` descends; `plus` gives the optimizer the negative gradient, so that it adds what it should subtract.
        zero: What is set to 0: nothing, the input x, or the weights W.
        size: Norm that the gradient of W is rescaled to before the update; with 0 it is left as it is.
        optimizer: With PyTorch's other settings left alone.
        lr: Learning rate.
        inputs: Numbers n in x.
        outputs: Rows m of W.

    Metrics:
        fell: 1 if the update made the loss smaller, else 0, in [0, 1].
        moved: largest change of a weight in W, divided by the learning rate.
        weight_gradient: norm of dL/dW.
        input_gradient: norm of dL/dx.
        weight_numbers: numbers in dL/dW.
        input_numbers: numbers in dL/dx.
        outer_error: largest difference between dL/dW and the outer product of dL/d(W x) with x.
    """
    w, v = (
        replicates.normal("W", outputs, inputs, dtype=torch.float64) / inputs**0.5,  # (R, m, n)
        replicates.normal("V", 3, outputs, dtype=torch.float64) / outputs**0.5,  # (R, 3, m)
    )
    x = replicates.normal("x", inputs, 1, dtype=torch.float64)  # (R, n, 1)
    y = replicates.normal("y", 3, 1, dtype=torch.float64)
    w, x = w * (zero != "weights"), x * (zero != "input")
    w.requires_grad_()
    x.requires_grad_()

    def loss(w: Tensor) -> tuple[Tensor, Tensor]:
        a = w @ x  # (R, m, 1)
        return (v @ torch.tanh(a) - y).square().sum((1, 2)) / 2, a  # (R,)

    before, a = loss(w)
    of_w, of_x, of_a = torch.autograd.grad(
        before.sum(), (w, x, a)
    )  # each has the shape of what it belongs to
    norms = torch.linalg.matrix_norm(of_w)  # (R,)
    scale = size / norms.clamp(min=1e-300) if size else torch.ones_like(norms)
    w.grad = of_w * scale[:, None, None] * (1 if sign == "minus" else -1)
    # by hand, not by dlfaq.sim.training: a single update, of a gradient that is rescaled first
    makers = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}
    start = w.detach().clone()
    makers[optimizer]([w], lr=lr).step()
    with torch.no_grad():
        after, _ = loss(w)
        return {
            "fell": (after < before).double(),
            "moved": (w - start).abs().amax((1, 2)) / lr,
            "weight_gradient": norms,
            "input_gradient": torch.linalg.matrix_norm(of_x),
            "weight_numbers": torch.full_like(norms, of_w[0].numel()),
            "input_numbers": torch.full_like(norms, of_x[0].numel()),
            "outer_error": (of_w - of_a @ x.mT).abs().amax((1, 2)),
        }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
