"""How large activations and gradients are at the far end of a deep untrained network.

python sims/activations/relu_signal.py --activation sigmoid --gain 1

https://arxiv.org/abs/1502.01852
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates

FUNCTIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "identity": lambda z: z,
}


def relu_signal(
    replicates: Replicates,
    activation: Literal["relu", "tanh", "sigmoid", "identity"] = "relu",
    gain: float = 1.4142135,
    scale: float = 1.0,
    layers: int = 20,
    width: int = 64,
    examples: int = 32,
) -> dict[str, Tensor]:
    """Send random inputs up through layers without biases, and a random gradient down again.

    Args:
        replicates: One network, one batch of inputs and one gradient each.
        activation: After each layer.
        gain: Standard deviation of the weights times the root of the width: the root of 2 is He's scale, 1 Xavier's.
        scale: Standard deviation of the inputs.
        layers: Number of layers L, at least 2.
        width: Units n in a layer, and inputs.
        examples: Inputs in the batch, B.

    Metrics:
        size: root mean square of the last layer's outputs, divided by the inputs'.
        gradient: norm of the gradient with respect to the first layer's pre-activations, divided by the last layer's.
        weakest: smallest slope, as autograd takes it, that is not 0, over all units and inputs.
    """
    f = FUNCTIONS[activation]
    # one draw for all layers: (R, L, n, n)
    weights = gain / width**0.5 * replicates.normal("weights", layers, width, width)
    x = scale * replicates.normal("inputs", examples, width)  # (R, B, n)

    h, before, slopes = x, [], []
    for layer in range(layers):
        z = (h @ weights[:, layer].mT).requires_grad_()  # (R, B, n)
        h = f(z)
        before.append(z)
        slopes.append(torch.autograd.grad(h.sum(), z, retain_graph=True)[0])  # of this layer alone

    # what comes from above: a gradient that knows nothing of the weights
    above = replicates.normal("above", examples, width)  # (R, B, n)
    first, last = torch.autograd.grad(h, (before[0], before[-1]), above)
    slopes = torch.stack(slopes, 1).flatten(1)  # (R, L B n)
    return {
        "size": (h.square().mean((1, 2)) / x.square().mean((1, 2))).sqrt().detach(),
        "gradient": first.flatten(1).norm(dim=1) / last.flatten(1).norm(dim=1),
        "weakest": slopes.where(slopes > 0, torch.inf).amin(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
