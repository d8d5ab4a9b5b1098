"""What an output that is the same for every input costs, whatever the inputs are.

python sims/first_loss/constant_output.py --task labels --bias fitted

https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates


def constant_output(
    replicates: Replicates,
    task: Literal["classes", "labels", "targets"] = "classes",
    bias: Literal["zero", "fitted"] = "zero",
    option: Literal[
        "none", "weights", "smoothing", "ignored", "unscaled", "counted", "both"
    ] = "none",
    classes: int = 10,
    examples: int = 1000,
) -> dict[str, Tensor]:
    """Compare a constant output with unequal classes, rare labels, or numbers far from 0.

    Setting: {examples} examples, {task}, output bias {bias}, option {option}

    Args:
        replicates: One set of answers each.
        task: One of k classes, half of the labels spread evenly over them and the other half of
            the first one; k labels of which each is true for a tenth of the examples, as a binary
            cross-entropy each; or targets from N(3, 2^2), as a squared error.
        bias: All outputs 0; or the log-frequencies of the classes, the log-odds of each label, or
            the mean of the targets.
        option: How the cross-entropy of classes is called: with class weights 1 … k, with label
            smoothing 0.1, with half of the labels ignored, or with weights and smoothing (both);
            or, by mistake, as a plain mean of weighted losses (unscaled), or with the ignored
            labels counted in the mean (counted).
        classes: k.
        examples: Examples N, a multiple of 2 k and of 10, so that the shares are exact.

    Metrics:
        loss: the loss, in nats or as a squared error.
        least: entropy of the frequencies in nats, or variance of the targets.
    """
    if task == "targets":
        y = 3 + 2 * replicates.normal("targets", examples)  # (R, N)
        mean = y.mean(1, keepdim=True)
        output = mean if bias == "fitted" else torch.zeros_like(mean)
        return {"loss": (y - output).square().mean(1), "least": y.var(1, correction=0)}
    if task == "labels":
        number = torch.arange(examples, device=replicates.device)[:, None]  # (N, 1)
        shift = torch.arange(classes, device=replicates.device)  # (k,)
        y = replicates.same(((number + shift) % 10 == 0).float())  # (R, N, k), a tenth of them 1
        rate = y.mean(1, keepdim=True)  # (R, 1, k)
        logits = rate.logit() if bias == "fitted" else torch.zeros_like(rate)
        loss = F.binary_cross_entropy_with_logits(logits.expand_as(y), y, reduction="none")
        least = -(rate * rate.log() + (1 - rate) * (1 - rate).log())
        return {"loss": loss.mean((1, 2)), "least": least.mean((1, 2))}
    turn = torch.arange(examples, device=replicates.device) % (2 * classes)  # (N,)
    y = replicates.same(torch.where(turn < classes, turn, 0))  # (R, N)
    rate = F.one_hot(y, classes).float().mean(1)  # (R, k)
    logits = rate.log() if bias == "fitted" else torch.zeros_like(rate)
    loss = [
        _called(one.expand(examples, classes), labels, option)
        for one, labels in zip(logits, y, strict=True)
    ]
    return {"loss": torch.stack(loss), "least": -(rate * rate.log()).sum(1)}


def _called(logits: Tensor, y: Tensor, option: str) -> Tensor:
    """PyTorch's cross-entropy (N, k) and (N,) to one number, or a mistake in calling it."""
    weight = torch.arange(1.0, logits.shape[1] + 1, device=logits.device)
    half = torch.where(torch.arange(len(y), device=y.device) % 2 == 0, y, -100)
    plain = {
        "none": {},
        "weights": {"weight": weight},
        "smoothing": {"label_smoothing": 0.1},
        "both": {"weight": weight, "label_smoothing": 0.1},
    }
    if option in plain:
        return F.cross_entropy(logits, y, **plain[option])
    if option == "ignored":
        return F.cross_entropy(logits, half)  # ignore_index is -100
    if option == "unscaled":
        return F.cross_entropy(logits, y, weight=weight, reduction="none").mean()
    return F.cross_entropy(logits, half, reduction="none").mean()  # counted


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
