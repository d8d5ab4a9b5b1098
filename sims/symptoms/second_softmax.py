"""A softmax or sigmoid at the end of a network, before a loss that applies it itself.

python sims/symptoms/second_softmax.py --ending softmax --optimizer sgd

https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.losses import capped
from dlfaq.sim.setups import Setup
from dlfaq.sim.training import train
from dlfaq.sim.training_data import Data, load

GRID = [3.0**power for power in range(-2, 4)]  # of tuning, as multiples of the usual rate


def second_softmax(
    replicates: Replicates,
    ending: Literal[
        "logits", "softmax", "log_softmax", "nll-softmax", "logit", "sigmoid",
    ] = "softmax",
    model: Literal["mlp", "conv"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "sgd",
    times: float = 1.0,
    tune: bool = False,
    data: Literal["digits", "pairs", "parity", "cancer", "wine"] = "digits",
    norm: Literal["none", "batch", "layer"] = "none",
    hidden: int = 32,
    steps: int = 200,
    batch: int = 32,
    threshold: float = 0.5,
) -> dict[str, Tensor]:  # fmt: skip
    """Train a classifier whose outputs pass through something before they reach the loss.

    Setting: a {model} on {data} that ends with {ending}, {optimizer} at {times} times its usual
    rate (tuned: {tune}), norm: {norm}, batch {batch}, {steps} steps

    Args:
        replicates: One network, its own training examples and their order each.
        ending: `logits`, `softmax` or `log_softmax` before cross-entropy; `nll-softmax`, a softmax
            before NLLLoss; `logit` or `sigmoid` before BCEWithLogitsLoss, for two classes.
        model: Two hidden layers of ReLUs, or two convolutions (digits and parity only).
        optimizer: The usual rates are those of `dlfaq.sim.setups`.
        times: The learning rate, as a multiple of the usual one; not used if it is tuned.
        tune: Give each replicate the rate that is best on 200 validation examples.
        data: What is learnt; `pairs` are two digits side by side, 100 classes; `parity`, two.
        norm: Normalization before each ReLU.
        hidden: Units of each hidden layer of the MLP.
        steps: Training steps T.
        batch: Examples of each step.
        threshold: With two classes the script says yes if sigmoid(output) is above this.

    Metrics:
        accuracy: on the test examples, by the largest output, in [0, 1].
        reached: mean loss of the last ten batches, as the script reports it, in nats, at most 100.
        least: the lowest loss of a batch, in nats.
        floor: ln(1 + (k - 1) / e), in nats.
        classes: k.
        confidence: mean on the test examples of the largest of softmax(output), in [0, 1].
        log_loss: test log loss of the softmax of the last layer, in nats, at most 100.
        thresholded: share right by the threshold, in [0, 1]; for two classes.
        pull: norm of the first gradient.
        picked: the learning rate, as a multiple of the usual one.
    """
    setup = Setup(model, optimizer, 1.0, norm, 0.0, data, hidden)
    rows = _pairs(replicates) if data == "pairs" else load(replicates, data, valid=200, own=True)
    net = setup.network(replicates, rows)
    batches = replicates.batches("batches", len(rows), batch, steps)
    run = train(
        net, rows, batches,
        optimizer=optimizer, lr=setup.rate * times, tune=tune,
        rates=[setup.rate * factor for factor in GRID],
        loss=lambda z, y: _loss(z, y, ending),
        norms=True,
    )  # fmt: skip
    x, y = rows.open_test()
    with torch.no_grad():
        z = net(x).nan_to_num()  # (R, m, k)
        shown = _outputs(z, ending)  # (R, m, k), or (R, m, 1)
    one = shown if shown.shape[-1] == 1 else shown[..., 1:2] - shown[..., :1]
    yes = one[..., 0].sigmoid() > threshold
    two = shown if shown.shape[-1] > 1 else torch.cat([torch.zeros_like(one), one], -1)
    k = torch.full((len(y),), float(rows.classes), dtype=torch.float64, device=y.device)
    return {
        "accuracy": accuracy(z, y),
        "reached": capped(run.loss[:, -10:].mean(1), 100.0),
        "least": capped(run.loss, 100.0).amin(1),
        "floor": torch.log1p((k - 1) / torch.e),
        "classes": k,
        "confidence": two.softmax(-1).amax(-1).mean(1),
        "log_loss": capped(cross_entropy(z, y), 100.0),
        "thresholded": (yes == (y == 1)).double().mean(1),
        "pull": run.norm[:, 0],
        "picked": run.rate / setup.rate,
    }


def _outputs(z: Tensor, ending: str) -> Tensor:
    """What the script's network gives for last layers z (R, N, k)."""
    if ending in ("logit", "sigmoid"):
        one = z[..., 1:2] - z[..., :1]  # (R, N, 1)
        return one if ending == "logit" else one.sigmoid()
    if ending == "log_softmax":
        return z.log_softmax(-1)
    return z if ending == "logits" else z.softmax(-1)


def _loss(z: Tensor, y: Tensor, ending: str) -> Tensor:
    """The loss (R,) that the script reports."""
    shown = _outputs(z, ending)
    if shown.shape[-1] == 1:
        return F.binary_cross_entropy_with_logits(shown[..., 0], y.to(z), reduction="none").mean(1)
    if ending == "nll-softmax":
        return -shown.gather(-1, y[..., None])[..., 0].mean(1)
    return cross_entropy(shown, y)


def _pairs(replicates: Replicates) -> Data:
    """Two digits side by side (R, n, 128), and 10 times the left one plus the right one."""
    rows = load(replicates, "digits", valid=200, own=True)

    def beside(x: Tensor, y: Tensor, name: str, count: int) -> tuple[Tensor, Tensor]:
        left, right = (replicates.integers(f"{name} {side}", y.shape[1], count) for side in "lr")
        each = torch.arange(len(y), device=y.device)[:, None]
        return torch.cat([x[each, left], x[each, right]], -1), 10 * y[each, left] + y[each, right]

    fit, held = beside(rows.x, rows.y, "train", 4000), beside(*rows.test_part, "test", 600)
    return Data(fit, held, beside(rows.x_valid, rows.y_valid, "valid", 400), 100)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
