"""Stop a training run, save it, load it into new objects, go on: is it the run that never stopped?

python sims/checkpoints/resume_training.py --forget optimizer

https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html

The loop is written out, since what it consists of is what is saved.
"""

from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR

from dlfaq.sim import Replicates, Stacked, accuracy, cross_entropy, digits, rows
from dlfaq.sim.checkpoints import loaded, saved


class Network(nn.Module):
    """Dropout gets its mask from outside, so that its random numbers can be saved."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(64, 32), nn.BatchNorm1d(32), nn.Linear(32, 10)

    def forward(self, x: Tensor, mask: Tensor | float = 1.0) -> Tensor:
        """Logits of a batch."""
        return self.last(torch.relu(self.norm(self.first(x))) * mask)


class Run:
    """All that a training run consists of, as a program that has just started makes it."""

    def __init__(self, net: Stacked, seeds: Tensor, adam: bool, cosine: bool, steps: int) -> None:
        self.net = net
        kind, lr = (torch.optim.Adam, 0.01) if adam else (torch.optim.SGD, 0.1)
        self.optimizer = kind(net.parameters(), lr)
        make = (
            partial(CosineAnnealingLR, T_max=steps) if cosine else partial(ConstantLR, factor=1.0)
        )
        self.schedule = make(self.optimizer)
        # of dropout, one a replicate
        self.masks = [torch.Generator().manual_seed(seed) for seed in seeds.tolist()]
        self.done = 0  # batches behind us: the place in the data

    def train(self, steps: int, x: Tensor, y: Tensor, batches: Tensor, dropout: float) -> None:
        """Train for some steps."""
        for index in batches[:, self.done : self.done + steps].unbind(1):  # (R, 48)
            kept = torch.stack([torch.rand(48, 32, generator=g) for g in self.masks]) >= dropout
            logits = self.net(rows(x, index), kept.to(x) / (1 - dropout))  # (R, 48, 10)
            loss = cross_entropy(logits, y[index])  # (R,)
            self.optimizer.zero_grad()
            loss.sum().backward()
            self.optimizer.step()
            self.schedule.step()
            self.done += 1

    def save(self) -> dict:
        """All that has to be written."""
        parts = ("net", "optimizer", "schedule")
        states = {name: getattr(self, name).state_dict() for name in parts}
        return {**states, "dropout": [g.get_state() for g in self.masks], "data": self.done}

    def load(self, parts: dict, forget: str) -> None:
        """Put back what was saved, but for what is forgotten."""
        kept = {"net"} if forget == "all" else parts.keys() - {forget}
        parts["net"] |= dict(self.net.named_buffers()) if forget == "buffers" else {}
        for name in [part for part in ("net", "optimizer", "schedule") if part in kept]:
            getattr(self, name).load_state_dict(parts[name])
        if "dropout" in kept:
            for generator, state in zip(self.masks, parts["dropout"], strict=True):
                generator.set_state(state)
        self.done = parts["data"] if "data" in kept else 0


def resume_training(
    replicates: Replicates,
    forget: Literal[
        "nothing", "buffers", "optimizer", "schedule", "dropout", "data", "all"
    ] = "nothing",
    stop: int = 30,
    steps: int = 50,
    optimizer: Literal["adam", "sgd"] = "adam",
    schedule: Literal["cosine", "constant"] = "cosine",
    dropout: float = 0.2,
) -> dict[str, Tensor]:
    """Train on digits and save on the way, by `torch.save` and `torch.load(weights_only=True)`.

    Setting: 32 hidden units, batch normalization, dropout {dropout}; {optimizer}, {schedule}
    schedule, {steps} steps of 48 digits, saved after {stop}; forgotten: {forget}.

    Args:
        replicates: One network, one order of the images and one stream of dropout masks each.
        forget: What is not loaded: the running statistics of batch normalization (buffers), the
            state of the optimizer, of the schedule, of dropout's random numbers, the place in the
            data (so the first batch comes again), or all of these but the buffers.
        stop: Step after which the run is saved.
        steps: Steps of the whole run, of 48 images each, and of its schedule.
        optimizer: Adam at rate 0.01, or SGD without momentum at rate 0.1.
        schedule: Cosine to 0, or constant.
        dropout: Share of the hidden units that are dropped.

    Metrics:
        exact: 1 if weights and test logits equal those of the unbroken run, bit for bit, else 0, in
            [0, 1].
        weights: largest difference between the two runs' weights, at least 0.
        outputs: largest difference between their logits on the test images, at least 0.
        lost: test accuracy of the run that never stopped minus that of the resumed one, in [-1, 1].
    """
    data = digits(centred=True)
    x, y = data.x.to(replicates.device) / data.x.std(), data.y.to(replicates.device)
    x_test, y_test = replicates.same(data.x_test / data.x.std()), replicates.same(data.y_test)
    batches = replicates.batches("batches", len(x), 48, steps)  # (R, steps, 48)
    seeds = replicates.integers("seeds", 2**31, 2).cpu()  # (R, 2): each program draws its own
    settings = (optimizer == "adam", schedule == "cosine", steps)
    onward = Run(replicates.stack("net", Network), seeds[:, 0], *settings)
    onward.train(stop, x, y, batches, dropout)
    file = saved(onward.save())  # the bytes that torch.save writes
    onward.train(steps - stop, x, y, batches, dropout)

    resumed = Run(replicates.stack("another net", Network), seeds[:, 1], *settings)
    resumed.load(loaded(file), forget)  # by torch.load(weights_only=True)
    resumed.train(steps - stop, x, y, batches, dropout)
    pairs = zip(onward.net.parameters(), resumed.net.parameters(), strict=True)
    apart = [(p - q).detach().abs().flatten(1).amax(1) for p, q in pairs]  # (R,) each
    weights = torch.stack(apart).amax(0)  # (R,)
    a, b = (run.net.eval()(x_test).detach() for run in (onward, resumed))  # (R, 597, 10)
    outputs, lost = (a - b).abs().amax((1, 2)), accuracy(a, y_test) - accuracy(b, y_test)
    exact = ((weights == 0) & (outputs == 0)).double()
    return {"exact": exact, "weights": weights, "outputs": outputs, "lost": lost}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
