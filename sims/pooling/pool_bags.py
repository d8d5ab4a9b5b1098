"""Is there a zero among these digits? Are most of them odd? One network, four ways to pool.

python sims/pooling/pool_bags.py --pool average --task most

https://arxiv.org/abs/1703.06114
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.bags import bags_of
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


class Bag(nn.Module):
    """Features of every image, pooled over the bag into one vector, and a linear classifier."""

    def __init__(self, pool: str, hidden: int) -> None:
        super().__init__()
        self.pool = pool
        self.features = mlp(64, [hidden, hidden], 1)[:-1]  # ends in a ReLU
        self.score = nn.Linear(hidden, 1)
        self.answer = nn.Linear(hidden * (2 if pool == "both" else 1), 2)

    def forward(self, x: Tensor, index: Tensor | None = None) -> Tensor:
        """Logits of bags x (B, n, 64), or of bags index (B, n) of images x (m, 64): to (B, 2)."""
        h = self.features(x) if index is None else self.features(x)[index]  # (B, n, hidden)
        if self.pool == "attention":
            return self.answer((self.score(h).softmax(1) * h).sum(1))
        pools = {"max": [torch.amax], "average": [torch.mean], "both": [torch.amax, torch.mean]}
        return self.answer(torch.cat([pool(h, 1) for pool in pools[self.pool]], 1))


def _threshold(margin: Tensor, answers: Tensor) -> Tensor:
    """The margin from which answering 1 is right most often: (R, B) and (R, B) to (R, 1)."""
    right = (margin[:, None] >= margin[:, :, None]) == answers[:, None]  # (R, B, B): threshold, bag
    return margin.gather(1, right.double().mean(2).argmax(1, keepdim=True))


def pool_bags(
    replicates: Replicates,
    pool: Literal["max", "average", "both", "attention"] = "max",
    task: Literal["any", "most"] = "any",
    share: float = 0.625,
    bags: int = 32,
    positions: int = 16,
    padding: int = 240,
    scale: Literal["standard", "unit"] = "standard",
    hidden: int = 16,
    optimizer: Literal["adam", "adamw"] = "adam",
    lr: float = 0.01,
    tune: bool = False,
    steps: int = 128,
) -> dict[str, Tensor]:
    """Train on labelled bags of handwritten digits, and test on bags of unseen digits.

    Setting: {bags} bags of {positions} digits, {hidden} ReLU features, {pool} pooling, {optimizer}
        at {lr}, batch 8, {steps} steps.

    Args:
        replicates: One network and one set of bags each.
        pool: Largest; average; both, side by side; an average with learned weights.
        task: Whether one of the images is a 0 (else none is), or whether most are odd digits.
        share: Share of odd digits in a bag of mostly odd ones; 1 - share in the others.
        bags: Labelled bags to train on, at least 8. Rates are tuned on 128 bags of other digits.
        positions: Images n in a bag; a larger test bag has 4 n.
        padding: Rows of zeros behind the images of a padded test bag.
        scale: Pixels with their means taken away and one standard deviation of 1 for all, or as
            they come, in [0, 1].
        hidden: Features of an image, and units of the layer below.
        optimizer: PyTorch's, with its default settings.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the best of 0.003, 0.01, 0.03, 0.1 on the validation bags.
        steps: Training steps; four passes need bags / 2.

    Metrics:
        accuracy: on 512 test bags as large as those of training, in [0, 1].
        larger_accuracy: on 128 larger test bags, in [0, 1].
        yes: share of the larger test bags with the answer 1, in [0, 1]; half of them deserve it.
        reset: accuracy on them with a threshold set on 128 such validation bags, in [0, 1].
        padded: accuracy on 128 of the 512 test bags, with padding behind the images, in [0, 1].
        rate: the learning rate.
        inside: 1 if the rate is not at an end of the grid, in [0, 1].
    """
    images = load(replicates, "digits", valid=400, scale=scale)
    seen = torch.cat([images.x[0], images.x_valid[0]])  # (1200, 64); test bags are drawn later
    fit = bags_of(replicates, "training", images.y[0], task, share, (bags, positions))
    rows, held = bags_of(replicates, "validation", images.y_valid[0], task, share, (128, positions))
    many = (128, 4 * positions)
    data = Data(fit, (fit[0][:, :0], fit[1][:, :0]), (rows + len(images), held), classes=2)
    net = replicates.stack("net", lambda: Bag(pool, hidden))
    batches = replicates.batches("batches", bags, 8, steps)
    given = {"optimizer": optimizer, "lr": lr, "tune": tune, "rates": (0.003, 0.01, 0.03, 0.1)}
    run = train(net, data, batches, prepare=lambda index: seen[index], **given)

    def margin(x: Tensor, index: Tensor, zeros: int = 0) -> Tensor:
        """By how much the logit of 1 is larger, with rows of zeros behind the images: (R, B)."""
        x = nn.functional.pad(x, (0, 0, 0, 1))  # (R, m + 1, 64): the last row is zeros
        return net(x, nn.functional.pad(index, (0, zeros), value=-1)).diff(dim=2)[..., 0].detach()

    index, answers = bags_of(replicates, "threshold", images.y_valid[0], task, share, many)
    threshold = _threshold(margin(images.x_valid, index), answers)
    x, y = images.open_test()
    index, answers = bags_of(replicates, "larger test", y[0], task, share, many)
    above = margin(x, index)
    told = {"yes": above > 0, "larger_accuracy": (above > 0) == answers}
    told["reset"] = (above >= threshold) == answers
    index, answers = bags_of(replicates, "test", y[0], task, share, (512, positions))
    told["accuracy"] = (margin(x, index) > 0) == answers
    told["padded"] = (margin(x, index[:, :128], padding) > 0) == answers[:, :128]
    shares = {name: value.double().mean(1) for name, value in told.items()}
    return {**shares, "rate": run.rate, "inside": run.inside}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
