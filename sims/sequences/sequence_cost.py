"""What it costs to read a sequence: operations, numbers stored, products that wait for each other.

python sims/sequences/sequence_cost.py --reader attention --length 256

https://arxiv.org/abs/1706.03762
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from dlfaq.sim import Replicates
from dlfaq.sim.sequences import GRU, LSTM, RNN, Bidirectional, SelfAttention


def _chain(output: Tensor) -> int:
    """Matrix products on the longest path from an output back through autograd's graph."""
    longest = {}  # node of the graph: products on the longest path below it
    waiting = [output.grad_fn]
    while waiting:
        node = waiting[-1]
        below = [previous for previous, _ in node.next_functions if previous is not None]
        unknown = [previous for previous in below if previous not in longest]
        if unknown:
            waiting += unknown
            continue
        product = "mmBackward" in node.name()  # mm, addmm, bmm
        longest[node] = max((longest[previous] for previous in below), default=0) + product
        waiting.pop()
    return longest[output.grad_fn]


def sequence_cost(
    replicates: Replicates,
    reader: Literal["rnn", "gru", "lstm", "attention"] = "attention",
    length: int = 64,
    width: int = 16,
    inputs: int = 16,
    layers: int = 1,
    bidirectional: bool = False,
) -> dict[str, Tensor]:
    """Count while one sequence goes through an untrained network.

    Nothing is timed, so any machine counts the same.

    Setting: {layers} layers ({reader}) of width {width} on {length} positions of {inputs} numbers.

    Args:
        replicates: One network and one sequence each; the counts do not depend on them.
        reader: Recurrent layer or self-attention, whose width is the inputs'.
        length: Positions T.
        width: Hidden units of a recurrent layer, in each direction.
        inputs: Numbers that enter at a position.
        layers: Layers, one upon the other.
        bidirectional: Let a second recurrent layer read from the end, in each layer.

    Metrics:
        operations: multiplications and additions in matrix products, forward.
        stored: numbers kept for the backward pass, besides parameters and inputs.
        chain: matrix products on the longest path, each of which must wait for the one before.
        parameters: trained numbers of the network.
    """
    kinds = {"rnn": RNN, "gru": GRU, "lstm": LSTM}

    def layer(number: int) -> nn.Module:
        if reader == "attention":
            return SelfAttention(inputs)
        entering = inputs if number == 0 else width * (1 + bidirectional)
        one = lambda: kinds[reader](entering, width)  # noqa: E731 - one direction
        return Bidirectional(one) if bidirectional else one()

    net = replicates.stack(
        "net", lambda: nn.Sequential(*[layer(number) for number in range(layers)])
    )
    x = replicates.normal("inputs", 1, length, inputs)  # (R, 1, T, inputs)
    stored = {}

    def keep(
        tensor: Tensor,
    ) -> Tensor:  # called for each tensor that autograd saves; views share one storage
        stored[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with (
        FlopCounterMode(display=False) as counter,
        torch.autograd.graph.saved_tensors_hooks(keep, lambda kept: kept),
    ):
        output = net(x)
    given = {tensor.untyped_storage().data_ptr() for tensor in (x, *net.parameters())}
    own = [
        tensor.untyped_storage().nbytes() / tensor.element_size()
        for at, tensor in stored.items()
        if at not in given
    ]
    counts = {
        "operations": counter.get_total_flops() / len(replicates),
        "stored": sum(own) / len(replicates),
        "chain": _chain(output),
        "parameters": sum(parameter[0].numel() for parameter in net.parameters()),
    }
    return {
        name: torch.full((len(replicates),), float(count), device=x.device)
        for name, count in counts.items()
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
