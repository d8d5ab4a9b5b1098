"""An encoder trained on cosines or on dot products: by which of the two does one search better?

python sims/embeddings/trained_similarity.py --similarity dot --tune true

https://arxiv.org/abs/2004.11362
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load


def _loss(e: Tensor, y: Tensor, similarity: str, scale: float) -> Tensor:
    """Tell the batch's rows of one's own class from the others, (R, B, d) and (R, B) to (R,)."""
    e = F.normalize(e, dim=2) if similarity == "cosine" else e
    itself = torch.eye(y.shape[1], dtype=torch.bool, device=y.device)
    scores = (scale * e @ e.transpose(1, 2)).masked_fill(itself, -torch.inf)
    same = (y[:, :, None] == y[:, None]) & ~itself
    told = scores.log_softmax(2).masked_fill(~same, 0.0).sum(2) / same.sum(2).clamp(min=1)
    return -told.mean(1)


def trained_similarity(
    replicates: Replicates,
    similarity: Literal["cosine", "dot"] = "cosine",
    scale: float = 10.0,
    trained: Literal["low", "high", "all"] = "low",
    norm: Literal["none", "batch", "layer"] = "none",
    hidden: int = 32,
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adam",
    lr: float = 0.003,
    tune: bool = False,
    steps: int = 150,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Train an encoder on some digits, and search among images of digits that it never saw.

    The loss is the supervised contrastive one: a softmax over the other rows of the batch, whose
    targets are the rows of the same class.

    Setting: an encoder of digits {trained} with {hidden} hidden units and 16 outputs, {similarity},
        {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One encoder and one order of the images each.
        similarity: What the loss compares: cosines times the scale, or dot products.
        scale: What cosines are multiplied by: one over the temperature.
        trained: Train on 0 to 4 and search among 5 to 9; the reverse; or all digits for both.
        norm: Normalization of the hidden layer.
        hidden: Hidden units.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid with the least loss on validation images of the
            digits that it is trained on.
        steps: Training steps.
        batch: Images in a batch.

    Metrics:
        by_dot: share of a test image's 5 best others by dot product that show the same digit, in
            [0, 1].
        by_cosine: the same by cosine, in [0, 1].
        length: mean length of the test images' vectors, at least 0.
        radial: largest |cosine of an embedding and its gradient| for one batch of the trained
            encoder, in [0, 1].
        rate: the learning rate.
        inside: 1 if the rate is not at an end of the grid, in [0, 1].
    """
    rows = load(replicates, "digits", valid=200)

    def part(x: Tensor, y: Tensor, which: str) -> tuple[Tensor, Tensor]:
        chosen = {"low": y[0] < 5, "high": y[0] >= 5, "all": y[0] >= 0}[which]
        return x[:, chosen], y[:, chosen]

    fit = part(rows.x, rows.y, trained)
    none, held = (fit[0][:, :0], fit[1][:, :0]), part(rows.x_valid, rows.y_valid, trained)
    seen = Data(fit, none, held, classes=1)  # one: no accuracy, the loss alone chooses
    net = replicates.stack("net", lambda: mlp(64, [hidden], 16, norm=norm))
    batches = replicates.batches("batches", len(seen), batch, steps)
    scale = scale if similarity == "cosine" else 1.0
    given = {"optimizer": optimizer, "lr": lr, "tune": tune}
    run = train(net, seen, batches, loss=lambda e, y: _loss(e, y, similarity, scale), **given)

    e = net(held[0]).detach().double().requires_grad_()
    gradient = torch.autograd.grad(_loss(e, held[1], similarity, scale).sum(), e)[0]
    x, y = part(*rows.open_test(), {"low": "high", "high": "low", "all": "all"}[trained])
    with torch.no_grad():
        found = net(x)  # (R, n, 16)
    unit = F.normalize(found, dim=2)
    itself = torch.eye(y.shape[1], dtype=torch.bool, device=y.device)

    def precision(vectors: Tensor) -> Tensor:
        scores = (vectors @ vectors.transpose(1, 2)).masked_fill(itself, -torch.inf)
        theirs = y[:, None].expand_as(scores).gather(2, scores.topk(5).indices)
        return (theirs == y[..., None]).double().mean((1, 2))

    return {
        "by_dot": precision(found),
        "by_cosine": precision(unit),
        "length": found.norm(dim=2).mean(1),
        "radial": F.cosine_similarity(gradient, e.detach(), dim=2).abs().amax(1),
        "rate": run.rate,
        "inside": run.inside,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
