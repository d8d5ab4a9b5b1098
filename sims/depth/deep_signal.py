"""A signal on its way up through a deep untrained network, and a gradient on its way back.

python sims/depth/deep_signal.py --activation sigmoid --gain 1 --layers 20

https://arxiv.org/abs/1611.01232
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from dlfaq.sim import Replicates
from dlfaq.sim.nets import ACTIVATIONS


def deep_signal(
    replicates: Replicates,
    layers: int = 20,
    activation: Literal["relu", "tanh", "sigmoid", "identity"] = "relu",
    gain: float = 1.4142135,
    biases: Literal["zero", "pytorch"] = "zero",
    orthogonal: bool = False,
    second: bool = False,
    skip: float = 0.0,
    scaled: bool = False,
    normalize: Literal["none", "batch", "layer"] = "none",
    where: Literal["first", "before", "after", "sum"] = "before",
    scale: float = 1.0,
    width: int = 64,
    examples: int = 8,
) -> dict[str, Tensor]:
    """Send random inputs through layers f(W h + b), and a random gradient back, in float64.

    Setting: {layers} random {activation} layers of {width} units, weights of gain {gain},
    biases: {biases}, normalization {normalize}, {examples} inputs.

    Args:
        replicates: One network, one batch and one gradient with respect to the output each.
        layers: Number of layers L.
        activation: The function f.
        gain: g. Weights are normal with variance g^2 / width: 1 is Xavier's, the root of 2 He's.
        biases: Whether each b is 0, or uniform between plus and minus the root of 1 / width, as
            `nn.Linear` draws it.
        orthogonal: Make each W an orthogonal matrix times g instead.
        second: Let a layer end in a second matrix, V f(W h), of gain 1.
        skip: Share of a layer's input that is added to its output.
        scaled: With a skip, divide that output by the root of L.
        normalize: Nothing, or batch or layer normalization, without a learned scale.
        where: Where it stands: `first` in the layer; `before` or `after` the activation; behind
            the `sum` with the skip.
        scale: Standard deviation of the inputs.
        width: Numbers n in an input, and units of each layer.
        examples: Inputs in the batch, B.

    Metrics:
        size: root mean square of the outputs, over that of the inputs.
        signal[layer]: root mean square of each layer's outputs.
        passed: norm of the gradient at the input over that at the output.
        expected: the same, predicted as the product of g times the root of the mean squared
            slope of every layer; without skips and normalization.
        gradient[layer]: norm of the gradient at each layer's input over that at the output.
        first_gradient: norm of the gradient of the first layer's W.
        last_gradient: the same for the last layer's.
        kept: cosine between an input's gradient and its output's, mean over the batch, in [-1, 1].
        alike: cosine between two examples' outputs, mean over all pairs, in [-1, 1].
    """
    f, share = ACTIVATIONS[activation](), layers**-0.5 if skip and scaled else 1.0
    weights = replicates.normal("weights", layers, width, width).double()  # (R, L, n, n)
    if orthogonal:
        weights = torch.linalg.qr(weights).Q * width**0.5
    b = replicates.uniform("biases", layers, width).double()  # (R, L, n)
    b = (2 * b - 1) / width**0.5 if biases == "pytorch" else torch.zeros_like(b)
    ends = replicates.normal("ends", layers, width, width).double() if second else None
    weights = [(gain / width**0.5 * w).requires_grad_() for w in weights.unbind(1)]  # (R, n, n)
    h = (scale * replicates.normal("inputs", examples, width).double()).requires_grad_()

    def norm(z: Tensor, place: str) -> Tensor:
        if normalize == "none" or place != where:
            return z
        over = 1 if normalize == "batch" else 2
        spread = (z.var(over, correction=0, keepdim=True) + 1e-5).sqrt()
        return (z - z.mean(over, keepdim=True)) / spread

    states, factors = [h], []  # (R, B, n) each
    for layer, w in enumerate(weights):
        z = norm(h, "first") @ w.mT + b[:, layer, None]  # (R, B, n)
        a = norm(z, "before")  # what the activation takes
        out = f(a)
        (slopes,) = torch.autograd.grad(out.sum(), a, retain_graph=True)
        factors.append(gain * slopes.square().mean((1, 2)).sqrt())  # (R,)
        out = norm(out, "after")
        out = out @ ends[:, layer].mT / width**0.5 if second else out
        h = norm(skip * h + share * out if skip else out, "sum")
        states.append(h)

    above = replicates.normal("gradient", examples, width).double()  # (R, B, n): dL/dh
    *at, first, last = torch.autograd.grad(h, (*states[:-1], weights[0], weights[-1]), above)
    signal = torch.stack([_norm(s) for s in states], 1) / (examples * width) ** 0.5  # (R, L + 1)
    gradient = torch.stack([_norm(g) for g in at], 1) / _norm(above)[:, None]  # (R, L)
    unit = h.detach() / h.detach().norm(dim=2, keepdim=True).clamp(min=1e-300)  # (R, B, n)
    pairs = max(examples * (examples - 1), 1)
    return {
        "size": signal[:, -1] / signal[:, 0],
        "signal": signal[:, 1:],
        "passed": gradient[:, 0],
        "expected": torch.stack(factors).prod(0),
        "gradient": gradient,
        "layer": torch.arange(1, layers + 1),
        "first_gradient": _norm(first),
        "last_gradient": _norm(last),
        "kept": cosine_similarity(at[0], above, dim=2, eps=1e-300).mean(1),
        "alike": ((unit @ unit.mT).sum((1, 2)) - examples) / pairs,
    }


def _norm(x: Tensor) -> Tensor:
    return x.detach().flatten(1).norm(dim=1)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
