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

    def __init__(self, pool: str, hidden: int, *, mask: bool) -> None:
        super().__init__()
        self.pool, self.mask = pool, mask
        self.features = mlp(64, [hidden, hidden], 1)[:-1]  # ends in a ReLU
        self.score = nn.Linear(hidden, 1)
        self.answer = nn.Linear(hidden * (2 if pool == "both" else 1), 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of bags: (B, n, 64) to (B, 2)."""
        h = self.features(x)  # (B, n, hidden)
        real = (x != 0).any(2, keepdim=True) | (not self.mask)  # (B, n, 1): not padding
        largest, average = h.masked_fill(~real, -torch.inf).amax(1), (h * real).sum(1) / real.sum(1)
        weight = self.score(h).masked_fill(~real, -torch.inf).softmax(1)  # (B, n, 1)
        pooled = {"max": [largest], "average": [average], "both": [largest, average]}
        pooled["attention"] = [(weight * h).sum(1)]
        return self.answer(torch.cat(pooled[self.pool], 1))


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
    tested: int = 0,
    padding: int = 0,
    mask: bool = False,
    hidden: int = 16,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adam",
    lr: float = 0.01,
    tune: bool = False,
    steps: int = 160,
) -> dict[str, Tensor]:
    """Train on labelled bags of handwritten digits, and test on 128 bags of unseen digits.

    Setting: {bags} bags of {positions} digits, {hidden} ReLU features, {pool} pooling, {optimizer}
        at {lr}, batch 16, {steps} steps.

    Args:
        replicates: One network and one set of bags each.
        pool: Largest; average; both, side by side; an average with learned weights.
        task: Whether one of the images is a 0 (else none is), or whether most are odd digits.
        share: Share of odd digits in a bag of mostly odd ones; 1 - share in the others.
        bags: Labelled bags to train on, at least 16. Rates are tuned on 128 bags of other digits.
        positions: Images n in a bag.
        tested: Images in a test bag; 0 for as many as in training.
        padding: Blank images (all 0) behind the images of a test bag.
        mask: Leave all-blank images out of the pool.
        hidden: Features of an image, and units of the layer below.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on the validation bags.
        steps: Training steps; four passes need bags / 4.

    Metrics:
        accuracy: on the test bags, in [0, 1].
        yes: share of the test bags with the answer 1, in [0, 1]; half of them deserve it.
        reset: accuracy with a threshold set on 128 validation bags as large as these, in [0, 1].
        rate: the learning rate.
        inside: 1 if the rate is not at an end of the grid, in [0, 1].
    """
    images = load(replicates, "digits", valid=400)
    seen = torch.cat([images.x[0], images.x_valid[0]])  # (1200, 64); test bags are drawn later
    fit = bags_of(replicates, "training", images.y[0], task, share, (bags, positions))
    rows, held = bags_of(replicates, "validation", images.y_valid[0], task, share, (128, positions))
    data = Data(fit, (fit[0][:, :0], fit[1][:, :0]), (rows + len(images), held), classes=2)
    net = replicates.stack("net", lambda: Bag(pool, hidden, mask=mask))
    batches = replicates.batches("batches", bags, 16, steps)
    given = {"optimizer": optimizer, "lr": lr, "tune": tune}
    run = train(net, data, batches, prepare=lambda index: seen[index], **given)

    def margin(x: Tensor, index: Tensor) -> Tensor:
        """By how much the logit of 1 is larger: (R, 128)."""
        return net(nn.functional.pad(x[index], (0, 0, 0, padding))).diff(dim=2)[..., 0].detach()

    shape = (128, tested or positions)
    index, answers = bags_of(replicates, "threshold", images.y_valid[0], task, share, shape)
    threshold = _threshold(margin(images.x_valid[0], index), answers)
    x, y = (part[0] for part in images.open_test())
    index, answers = bags_of(replicates, "test", y, task, share, shape)
    above = margin(x, index)
    yes, anew = above > 0, above >= threshold
    told = {"yes": yes, "accuracy": yes == answers, "reset": anew == answers}
    shares = {name: value.double().mean(1) for name, value in told.items()}
    return {**shares, "rate": run.rate, "inside": run.inside}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
