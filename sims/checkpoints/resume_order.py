"""Go on in the middle of an epoch: which images does the resumed run see?

python sims/checkpoints/resume_order.py --saved nothing

https://docs.pytorch.org/docs/stable/notes/randomness.html
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def resume_order(
    replicates: Replicates,
    saved: Literal["place and state", "state", "nothing"] = "place and state",
    new_seed: bool = False,
    stop: int = 15,
    examples: int = 1000,
    batch: int = 40,
) -> dict[str, Tensor]:
    """Stop an epoch of shuffled batches, go on in a new program for the rest of it, and count.

    Setting: {examples} examples in batches of {batch}, stopped after {stop}; saved: {saved}.

    Args:
        replicates: One seed of the first program and one of the second each.
        saved: The state of the generator at the epoch's beginning, from which its order is drawn
            again, with the number of batches done; the generator's state after the epoch's order
            was drawn, without the place; or nothing.
        new_seed: If nothing is saved: let the second program start from another seed than the
            first one did.
        stop: Batches before the stop, fewer than the epoch has.
        examples: Number of examples N.
        batch: Batch size B.

    Metrics:
        unseen: share of the examples that came in no batch, before the stop or after, in [0, 1].
        twice: share of the examples that came twice, in [0, 1].
        same_first: share of the first batch after the stop that had been in the first batch of
            all, in [0, 1].
    """
    seeds = replicates.integers("seeds", 2**31, 2).tolist()  # R times 2: a program begins with one
    total = examples // batch
    orders = []
    for first, second in seeds:  # a generator cannot be stacked
        generator = torch.Generator().manual_seed(first)
        start = generator.get_state()
        order = torch.randperm(examples, generator=generator)
        after = generator.get_state()

        resumed, place = torch.Generator().manual_seed(second if new_seed else first), 0
        if saved == "place and state":
            resumed.set_state(start)
            place = stop
        elif saved == "state":
            resumed.set_state(after)
        again = torch.randperm(examples, generator=resumed)
        rest = again[place * batch : (place + total - stop) * batch]
        orders.append(torch.cat([order[: stop * batch], rest]))
    seen = torch.stack(orders).to(replicates.device)  # (R, N): the examples as they came
    count = torch.zeros(len(replicates), examples, device=seen.device)
    count.scatter_add_(1, seen, torch.ones_like(seen, dtype=count.dtype))
    before, next_ones = seen[:, :batch], seen[:, stop * batch : (stop + 1) * batch]  # (R, B)
    return {
        "unseen": (count == 0).double().mean(1),
        "twice": (count == 2).double().mean(1),
        "same_first": (next_ones[:, :, None] == before[:, None, :]).any(2).double().mean(1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
