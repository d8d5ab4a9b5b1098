"""Train through a step that has no useful derivative: rounding, a sign, the largest of several.

python sims/symptoms/hard_middle.py --step argmax --gradient through

https://github.com/microsoft/reinmax
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


class Step(nn.Module):
    """A step of groups of four numbers, or its smooth relative.

    Args:
        step: `sign`, `round`, or `argmax` of each group, as zeros and a one.
        gradient: `none`, that of the smooth relative (`through`), or the relative itself (`soft`).
    """

    def __init__(self, step: str, gradient: str) -> None:
        super().__init__()
        self.step, self.gradient = step, gradient

    def forward(self, h: Tensor) -> Tensor:
        """(N, d) to (N, d)."""
        groups = h.unflatten(-1, (-1, 4))
        soft = {"sign": h.tanh(), "round": h, "argmax": groups.softmax(-1).flatten(-2)}[self.step]
        if self.gradient == "soft":
            return soft
        largest = (groups == groups.amax(-1, keepdim=True)).float().flatten(-2)
        hard = {"sign": h.sign(), "round": h.round(), "argmax": largest}[self.step].detach()
        return hard if self.gradient == "none" else soft + (hard - soft).detach()


def hard_middle(
    replicates: Replicates,
    step: Literal["sign", "round", "argmax"] = "argmax",
    gradient: Literal["none", "through", "soft"] = "none",
    optimizer: Literal["sgd", "momentum", "adam", "adamw"] = "adamw",
    lr: float = 0.005,
    tune: bool = False,
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
    steps: int = 200,
) -> dict[str, Tensor]:
    """Classify with a step behind the second hidden layer.

    Setting: two hidden layers of {hidden} on {data}, a ReLU behind the first, {step} behind the
        second (gradient: {gradient}), norm: {norm}, {optimizer} at {lr}, {steps} steps on batches
        of {batch}

    Args:
        replicates: One network, one choice and one order of the examples each.
        step: `sign`, `round`, or `argmax` of each four units, as zeros and a one.
        gradient: None; that of tanh, of nothing or of softmax (`through`); or these functions in
            the place of the step (`soft`), in the forward pass, too.
        optimizer: PyTorch's; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate the rate of a grid that is best on 200 validation rows.
        norm: Normalization before the ReLU.
        data: What is learnt.
        hidden: Units of each hidden layer, a multiple of 4.
        batch: Examples of a step.
        steps: Steps of training.

    Metrics:
        accuracy: on the test examples, in [0, 1].
    """
    rows = load(replicates, data, valid=200 if data == "digits" else 40, own=True)

    def make() -> nn.Module:
        body = mlp(rows.features, [hidden], hidden, norm=norm)
        return nn.Sequential(body, Step(step, gradient), nn.Linear(hidden, rows.classes))

    net = replicates.stack("net", make)
    batches = replicates.batches("batches", len(rows), batch, steps)  # (R, steps, B)
    train(net, rows, batches, optimizer=optimizer, lr=lr, tune=tune)
    x, y = rows.open_test()
    with torch.no_grad():
        return {"accuracy": accuracy(net(x).nan_to_num(), y)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
