"""Does a layer notice the order of its inputs? Shuffle the inputs and compare with the shuffled outputs.

python sims/sequences/attention_order.py --reader attention --positions true

https://arxiv.org/abs/1706.03762
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.sequences import RNN, SelfAttention, sinusoids


def attention_order(
    replicates: Replicates,
    reader: Literal["attention", "causal", "rnn"] = "attention",
    positions: bool = False,
    length: int = 16,
    width: int = 32,
) -> dict[str, Tensor]:
    """Feed random sequences to an untrained layer, in order and shuffled.

    Args:
        replicates: One network, one set of 8 sequences and one shuffle each.
        reader: Self-attention, self-attention with a causal mask, or a plain RNN.
        positions: Add sinusoidal position codes before the layer, after the shuffle.
        length: Positions T.
        width: Numbers at a position.

    Metrics:
        moved: largest difference between the outputs of the shuffled inputs and the shuffled outputs, divided by the
            outputs' root mean square; 0 if the layer does not see the order.
    """
    makers = {
        "attention": lambda: SelfAttention(width),
        "causal": lambda: SelfAttention(width, causal=True),
        "rnn": lambda: RNN(width, width),
    }
    net = replicates.stack("net", makers[reader]).double()
    x = replicates.normal("inputs", 8, length, width, dtype=torch.float64)  # (R, 8, T, width)
    places = sinusoids(length, width).to(x) if positions else x.new_zeros(length, width)
    order = replicates.permutation("order", length)[:, None, :, None].expand_as(
        x
    )  # (R, 8, T, width)
    with torch.no_grad():
        outputs = net(x + places)
        after = net(x.gather(2, order) + places)  # the inputs change places, the places stay
    difference = (after - outputs.gather(2, order)).abs().amax((1, 2, 3))  # (R,)
    return {"moved": difference / outputs.square().mean((1, 2, 3)).sqrt()}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
