"""Store pairs of a key and a value and read them back: a state of fixed size, or a list.

python sims/sequences/recall_of_pairs.py --pairs 32 --memory sum

https://arxiv.org/abs/2102.11174
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def recall_of_pairs(
    replicates: Replicates,
    memory: Literal["sum", "best", "attention"] = "best",
    pairs: int = 32,
    width: int = 16,
    sharpness: float = 50.0,
) -> dict[str, Tensor]:
    """Write K random pairs into a memory without any training, and read all of them back.

    Setting: {pairs} pairs of width {width}, memory: {memory}.

    Args:
        replicates: One set of pairs each.
        memory: A matrix S as recurrent state, to which each pair adds v k' (linear attention) or
            that fits all pairs read so far best (recursive least squares); or softmax attention
            over all the pairs, kept in a list.
        pairs: Pairs K.
        width: Numbers d in a key and in a value; S has d * d.
        sharpness: Factor on attention's scores, which training would have to find.

    Metrics:
        error: squared distance of what is read from the values, divided by the values' square;
            at least 0.
        correct: share of the keys for which the value read is nearest to the right one of the K
            values, in [0, 1].
        kept: numbers that the memory holds.
    """
    keys = replicates.normal("keys", pairs, width, dtype=torch.float64)  # (R, K, d)
    keys = keys / keys.norm(dim=-1, keepdim=True)  # all of length 1: a key is most like itself
    values = replicates.normal("values", pairs, width, dtype=torch.float64)  # (R, K, d)

    if memory == "attention":
        scores = sharpness * keys @ keys.mT  # (R, K queries, K keys)
        read = scores.softmax(-1) @ values  # (R, K, d)
        kept = 2 * pairs * width
    else:
        state = values.mT @ (keys if memory == "sum" else torch.linalg.pinv(keys).mT)  # (R, d, d)
        read = keys @ state.mT  # S k for each key, (R, K, d)
        kept = width * width

    error = (read - values).square().sum((1, 2)) / values.square().sum((1, 2))  # (R,)
    nearest = torch.cdist(read, values).argmin(-1)  # (R, K)
    right = nearest == torch.arange(pairs, device=nearest.device)
    return {"error": error, "correct": right.double().mean(1), "kept": torch.full_like(error, kept)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
