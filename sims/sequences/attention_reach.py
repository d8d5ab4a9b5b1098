"""How an untrained layer's outputs depend on inputs that lie far back, and on the inputs' order.

python sims/sequences/attention_reach.py --reader attention --length 100

https://arxiv.org/abs/1211.5063
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.sequences import LSTM, RNN, SelfAttention, sinusoids


def attention_reach(
    replicates: Replicates,
    reader: Literal["rnn", "lstm", "attention", "causal"] = "rnn",
    positions: bool = False,
    length: int = 20,
    width: int = 32,
    forget: float = 0.0,
    sequences: int = 8,
) -> dict[str, Tensor]:
    """Differentiate a random projection of the last output by every input; then shuffle the inputs.

    Setting: an untrained layer ({reader}) of width {width}, {length} random inputs, in float64.

    Args:
        replicates: One network, one set of random inputs and one shuffle each.
        reader: Plain tanh RNN, LSTM or self-attention as PyTorch initializes them, or
            self-attention with a causal mask.
        positions: Add sinusoidal position codes before the layer, after the shuffle.
        length: Positions T.
        width: Numbers at a position and in the state.
        forget: Added to the LSTM's forget bias.
        sequences: Sequences N over which norms are averaged.

    Metrics:
        first: norm of the gradient at the first position, at least 0.
        middle: mean of the norms at the positions between the first and the last, at least 0.
        last: norm at the last position, at least 0.
        moved: largest difference between the outputs of the shuffled inputs and the shuffled
            outputs, divided by the outputs' root mean square; 0 if the layer does not see the
            order, at least 0.
    """
    makers = {
        "rnn": lambda: RNN(width, width),
        "lstm": lambda: LSTM(width, width),
        "attention": lambda: SelfAttention(width),
        "causal": lambda: SelfAttention(width, causal=True),
    }
    net = replicates.stack("net", makers[reader]).double()  # small gradients are looked for
    if reader == "lstm":
        net.weights()["bias_ih"].data[:, width : 2 * width] += forget
    x = replicates.normal("inputs", sequences, length, width, dtype=torch.float64)
    x.requires_grad_()  # (R, N, T, width)
    places = sinusoids(length, width).to(x) if positions else torch.zeros_like(x[0, 0])
    outputs = net(x + places)  # (R, N, T, width)
    direction = replicates.normal("direction", width, 1, dtype=torch.float64)  # (R, width, 1)
    shown = outputs[:, :, -1] @ direction / direction.norm(dim=1, keepdim=True)  # (R, N, 1)
    (gradient,) = torch.autograd.grad(shown.sum(), x)  # (R, N, T, width)
    norms = gradient.norm(dim=-1).mean(1)  # (R, T)

    order = replicates.permutation("order", length)[:, None, :, None].expand_as(x)
    with torch.no_grad():
        after = net(x.gather(2, order) + places)  # the inputs change places, the places stay
        moved = (after - outputs.gather(2, order)).abs().amax((1, 2, 3))  # (R,)
        size = outputs.square().mean((1, 2, 3)).sqrt()
    return {
        "first": norms[:, 0],
        "middle": norms[:, 1:-1].mean(1),
        "last": norms[:, -1],
        "moved": moved / size,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
