"""A small convolutional network on digits: what shrinks its maps.

python sims/pooling/pool_digits.py --pool average --tune true

https://arxiv.org/abs/1412.6806
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def _network(pool: str, window: int, head: str, hidden: int, norm: str) -> nn.Sequential:
    """Two convolutions with ReLUs; what shrinks the maps stands between them, the head after."""
    shrink = {"max": [nn.MaxPool2d(window)], "average": [nn.AvgPool2d(window)], "stride": []}
    net = [nn.Unflatten(1, (1, 8))]
    for layer in range(2):
        step = window if pool == "stride" and layer == 1 else 1
        # batch normalization takes the mean away, and a bias with it
        has_bias = norm == "none"
        net += [nn.Conv2d(hidden if layer else 1, hidden, 3, step, padding=1, bias=has_bias)]
        net += [nn.BatchNorm2d(hidden)] * (norm == "batch") + [nn.ReLU()]
        net += shrink[pool] if layer == 0 else []
    ends = {"max": [nn.AdaptiveMaxPool2d(1)], "average": [nn.AdaptiveAvgPool2d(1)], "flat": []}
    features = hidden * (8 // window) ** 2 if head == "flat" else hidden
    return nn.Sequential(*net, *ends[head], nn.Flatten(), nn.Linear(features, 10))


def _moved(images: Tensor, right: int, down: int) -> Tensor:
    """Images (…, 8, 8) moved by whole pixels; what leaves is lost, what enters is background."""
    frame = nn.functional.pad(images, (1, 1, 1, 1))
    return frame[..., 1 - down : 9 - down, 1 - right : 9 - right]


def pool_digits(
    replicates: Replicates,
    pool: Literal["max", "average", "stride"] = "max",
    window: int = 2,
    head: Literal["flat", "average", "max"] = "flat",
    moved: bool = False,
    hidden: int = 8,
    norm: Literal["none", "batch"] = "none",
    optimizer: Literal["adam", "adamw"] = "adam",
    lr: float = 0.01,
    tune: bool = False,
    steps: int = 120,
    batch: int = 16,
) -> dict[str, Tensor]:
    """Train on 1000 digits, and test on others as they come and moved by one pixel.

    Setting: two convolutions of {hidden} channels, {pool} over {window} x {window} after the first,
        head {head}, {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one order of the images each.
        pool: What shrinks the maps after the first convolution: max or average pooling; or a stride
            in the second convolution.
        window: Side of a window, and the step from one to the next: 2 or 4.
        head: What the classifier reads of the last maps: every place, or the average or the maximum
            of each map.
        moved: Train on copies moved by one pixel to each side and up and down, too.
        hidden: Channels of each convolution.
        norm: Batch normalization behind the convolutions, which then have no bias; or none.
        optimizer: PyTorch's, with its default settings.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of 0.001, 0.003, 0.01 and 0.03 that is best on 200
            validation images.
        steps: Training steps.
        batch: Images in a batch.

    Metrics:
        accuracy: on the 597 test images, in [0, 1].
        moved_accuracy: on the same images, one pixel further left (their first column is empty),
            in [0, 1].
        rate: the learning rate.
        inside: 1 if the rate is not at an end of the grid, in [0, 1].
    """
    images = load(replicates, "digits", valid=200, scale="unit")
    images = images.mapped(lambda x: x.unflatten(2, (8, 8)))
    x = images.x[0]  # (1000, 8, 8)
    places = [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)] if moved else [(0, 0)]
    shown = torch.cat([_moved(x, *place) for place in places])
    fit = replicates.same(shown), images.y.repeat(1, len(places))
    none, held = (fit[0][:, :0], fit[1][:, :0]), (images.x_valid, images.y_valid)
    rows = Data(fit, none, held, classes=10)  # test images come later
    mean, spread = x.mean(), x.std()
    net = replicates.stack("net", lambda: _network(pool, window, head, hidden, norm))
    batches = replicates.batches("batches", len(rows), batch, steps)
    given = {"optimizer": optimizer, "lr": lr, "tune": tune, "rates": (0.001, 0.003, 0.01, 0.03)}
    run = train(net, rows, batches, prepare=lambda x: (x - mean) / spread, **given)
    x, y = images.open_test()
    with torch.no_grad():
        told = [net((_moved(x, *place) - mean) / spread) for place in ((0, 0), (-1, 0))]
    return {
        "accuracy": accuracy(told[0], y),
        "moved_accuracy": accuracy(told[1], y),
        "rate": run.rate,
        "inside": run.inside,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
