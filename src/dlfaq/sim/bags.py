"""Bags of images with one label each: the data of multiple-instance learning."""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim.replicates import Replicates


def bags_of(
    replicates: Replicates,
    part: str,
    y: Tensor,
    task: Literal["any", "most"],
    share: float,
    shape: tuple[int, int],
) -> tuple[Tensor, Tensor]:
    """Draw bags of images, half of them with the answer 1, in a random order.

    Args:
        replicates: Each draws bags of its own.
        part: What the bags are for; the draws' names begin with it.
        y: Digits of the images to draw from, (m,).
        task: `any`: answer 1 is a bag with exactly one 0 in it, answer 0 a bag without any.
            `most`: the answer is whether most are odd.
        share: Share of odd digits in a bag of mostly odd ones; it is 1 - share in the others.
        shape: How many bags, and images n in each.

    Returns:
        Which images, (R, bags, n), drawn with replacement, and the answers, (R, bags), int64 both.
    """
    wanted = y == 0 if task == "any" else y % 2 == 1
    n = shape[1]
    few, many = (0, 1) if task == "any" else (n - round(share * n), round(share * n))
    answers = replicates.integers(f"{part} answers", 2, shape[0])
    count = torch.where(answers == 1, many, few)[..., None]  # wanted images in a bag
    inside, outside = wanted.nonzero()[:, 0], (~wanted).nonzero()[:, 0]
    one = inside[replicates.integers(f"{part} wanted", len(inside), *shape)]
    other = outside[replicates.integers(f"{part} other", len(outside), *shape)]
    place = replicates.uniform(f"{part} places", *shape).argsort(2)
    return torch.where(place < count, one, other), answers
