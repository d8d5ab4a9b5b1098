"""PyTorch's own GRU with the first weights of a simulation's network."""

from torch import nn


def plain_gru(weights, inputs, width, outputs, *, bidirectional):
    """An `nn.GRU` and the layer that answers, with the stacked weights of one replicate.

    Args:
        weights: By name, each (1, …), as `Stacked.weights` gives them.
        inputs: Size of an input.
        width: Size of the state in each direction.
        outputs: Classes.
        bidirectional: Whether there is a second direction.
    """
    read = nn.GRU(inputs, width, batch_first=True, bidirectional=bidirectional)
    answer = nn.Linear(2 * width if bidirectional else width, outputs)
    ends = {"read.forth.": "_l0", "read.back.": "_l0_reverse", "read.": "_l0"}
    for name, value in weights.items():
        start = next((start for start in ends if name.startswith(start)), None)
        target = (
            getattr(read, name.removeprefix(start) + ends[start])
            if start
            else getattr(answer, name.split(".")[1])
        )
        target.data = value[0].detach().clone()
    return read, answer
