"""Sequences of handwritten digits, with the label of one image as the answer."""

import torch
from torch import Tensor

from dlfaq.sim.data import digits
from dlfaq.sim.replicates import Replicates
from dlfaq.sim.training_data import Data

TRAIN, VALID, TESTED = 1200, 200, 256  # images for training; of them for validation; sequences


def digit_sequences(
    replicates: Replicates, length: int, asked: int, count: int, *, valid: bool = False
) -> tuple[Tensor, Data]:
    """Draw sequences of random images for each replicate.

    Args:
        replicates: One stream of sequences each.
        length: Images T in a sequence.
        asked: Place of the image whose label is the answer, 0 … T - 1.
        count: Training sequences.
        valid: Keep 200 of the 1200 images for 256 validation sequences.

    Returns:
        The pixels of all images, (1797, 64), each pixel's mean subtracted, divided by one standard
        deviation; and the sequences as numbers of images, (R, count, T), with their answers. The
        256 test sequences are made of the images from number 1200 on.
    """
    data = digits(centred=True)
    pixels = torch.cat([data.x, data.x_test]).to(replicates.device) / data.x.std()
    labels = torch.cat([data.y, data.y_test]).to(replicates.device)

    def draw(name: str, first: int, stop: int, count: int) -> tuple[Tensor, Tensor]:
        shown = first + replicates.integers(name, stop - first, count, length)  # (R, count, T)
        return shown, labels[shown[..., asked]]

    room = TRAIN - VALID if valid else TRAIN
    held = draw("valid", room, TRAIN, TESTED) if valid else None
    parts = draw("shown", 0, room, count), draw("tested", TRAIN, len(pixels), TESTED)
    return pixels, Data(*parts, held, classes=10)
