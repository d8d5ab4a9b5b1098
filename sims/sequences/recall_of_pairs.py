"""Store pairs of a key and a value in a matrix and read them back.

python sims/sequences/recall_of_pairs.py --pairs 32 --memory sum

https://arxiv.org/abs/2102.11174
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def recall_of_pairs(
    replicates: Replicates,
    memory: Literal["sum", "best"] = "best",
    pairs: int = 32,
    width: int = 16,
) -> dict[str, Tensor]:
    """Write K random pairs into a memory without any training, and read all of them back.

    Setting: {pairs} pairs of width {width}, memory: {memory}.

    Args:
        replicates: One set of pairs each.
        memory: A matrix S as recurrent state, to which each pair adds v k' (linear attention), or
            that fits all pairs read so far best (recursive least squares).
        pairs: Pairs K.
        width: Numbers d in a key and in a value; S has d * d.

    Metrics:
        error: squared distance of what is read from the values, divided by the values' square;
            at least 0.
    """
    keys = replicates.normal("keys", pairs, width, dtype=torch.float64)  # (R, K, d)
    keys = keys / keys.norm(dim=-1, keepdim=True)  # all of length 1: a key is most like itself
    values = replicates.normal("values", pairs, width, dtype=torch.float64)  # (R, K, d)

    state = values.mT @ (keys if memory == "sum" else torch.linalg.pinv(keys).mT)  # (R, d, d)
    read = keys @ state.mT  # S k for each key, (R, K, d)
    return {"error": (read - values).square().sum((1, 2)) / values.square().sum((1, 2))}  # (R,)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
