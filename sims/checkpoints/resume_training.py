"""Stop a training script, start it anew, load its checkpoint: is it the run that never stopped?

python sims/checkpoints/resume_training.py --mistake optimizer

https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html

The loop is written out, since what it consists of is what is saved: one network at a time.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, TensorDataset

from dlfaq.sim import Replicates, digits
from dlfaq.sim.checkpoints import loaded, saved
from dlfaq.sim.schedules import scheduler

EPOCH = 25  # batches of 48 images


class Script:
    """A training script."""

    def __init__(self, seed: int, schedule: str, factor: int = 1) -> None:
        torch.manual_seed(seed)
        hidden = nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2)
        net = nn.Sequential(*hidden, nn.Linear(32, 10))
        optimizer = torch.optim.AdamW(net.parameters(), factor * 0.01)
        self.new_scheduler = lambda: scheduler(optimizer, schedule, factor * 100)
        ema = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.99))
        scaler = torch.amp.GradScaler("cpu", growth_interval=10)
        self.parts = {"net": net, "optimizer": optimizer, "scheduler": self.new_scheduler()}
        self.parts |= {"ema": ema, "scaler": scaler}
        self.loader = DataLoader(TensorDataset(digits().x / 16, digits().y), 48, shuffle=True)
        self.done, self.rates = EPOCH, []  # batches done in the epoch; rate of each step

    def begin_epoch(self) -> None:
        """The loader draws its order from here on."""
        self.epoch_rng, self.batches, self.done = torch.get_rng_state(), iter(self.loader), 0

    def train(self, steps: int) -> None:
        """Go on for some steps, through as many epochs as it takes."""
        net, optimizer, schedule, ema, scaler = self.parts.values()
        net.train()
        for _ in range(steps):
            if self.done == EPOCH:
                self.begin_epoch()
            x, y = next(self.batches)  # (48, 64), (48,)
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.float16):
                loss = nn.functional.cross_entropy(net(x), y)
            scaler.scale(loss).backward()
            self.rates.append(optimizer.param_groups[0]["lr"])
            scaler.step(optimizer)
            scaler.update()
            schedule.step()
            ema.update_parameters(net)
            self.done += 1

    def save(self) -> bytes:
        """The checkpoint's file."""
        state = {name: part.state_dict() for name, part in self.parts.items()}
        rng = {"epoch_rng": self.epoch_rng, "rng": torch.get_rng_state()}
        return saved(state | rng | {"done": self.done})

    def load(self, file: bytes, mistake: str) -> None:
        """Put back what was saved, but for one mistake."""
        state = loaded(file)  # by torch.load(weights_only=True)
        if mistake == "buffers":
            state["net"] |= dict(self.parts["net"].named_buffers())
        for name in self.parts:
            if name == "scheduler" and mistake == "scheduler built late":
                self.parts[name] = self.new_scheduler()
            if mistake != name:
                self.parts[name].load_state_dict(state[name])
        if mistake != "random numbers":
            torch.set_rng_state(state["epoch_rng"])
        self.begin_epoch()
        for _ in range(0 if mistake == "place" else state["done"]):
            next(self.batches)
            self.done += 1
        if mistake != "random numbers":
            torch.set_rng_state(state["rng"])


def resume_training(
    replicates: Replicates,
    mistake: Literal[
        "none", "buffers", "optimizer", "scheduler", "scheduler built late", "ema", "scaler",
        "random numbers", "place",
    ] = "none",
    stop: int = 15,
    schedule: Literal["cosine", "linear", "inverse-sqrt"] = "cosine",
    factor: int = 1,
) -> dict[str, Tensor]:  # fmt: skip
    """Train on digits, save on the way, go on; and go on from the file in new objects.

    Setting: a 32-unit network with BatchNorm and dropout 0.2, AdamW, {schedule} schedule, float16
    with a GradScaler; saved after {stop} steps, then 30 more; mistake: {mistake}.

    Args:
        replicates: One seed of the first program and one of the second each.
        mistake: What is not loaded: a part, BatchNorm's running statistics (buffers), the random
            numbers, or how many batches of the epoch are done (place). Or the scheduler is built
            after the optimizer is loaded, and then loaded.
        stop: Steps before the checkpoint; an epoch has 25.
        schedule: From a rate of 0.01, for 100 steps.
        factor: How many times as high the second program's rate is, and as long its schedule.

    Metrics:
        exact: 1 if none of the three differences below is above 0, else 0, in [0, 1].
        weights: largest difference between the two runs' weights, at least 0.
        outputs: largest difference between their logits on the test images, at least 0.
        average: the same of the moving averages of their weights (ema), at least 0.
        rate: learning rate of the next step, over the unbroken run's, at least 0.
        later: the same 29 steps later, at least 0.
    """
    found, x_test = [], digits().x_test / 16
    for first, second in replicates.integers("seeds", 2**31, 2).tolist():
        with torch.random.fork_rng(devices=[]):
            onward = Script(first, schedule)
            onward.train(stop)
            file = onward.save()
            onward.train(30)
            resumed = Script(second, schedule, factor)
            resumed.load(file, mistake)
            resumed.train(30)
        nets = (script.parts["net"].parameters() for script in (onward, resumed))
        differ = [max((p - q).detach().abs().max() for p, q in zip(*nets, strict=True))]
        for part in ("net", "ema"):
            a, b = (script.parts[part].eval()(x_test) for script in (onward, resumed))  # (597, 10)
            differ.append((a - b).detach().abs().max())
        rates = [resumed.rates[step] / onward.rates[step] for step in (-30, -1)]
        found.append([max(differ) == 0, *differ, *rates])
    table = torch.tensor(found, dtype=torch.float64, device=replicates.device)  # (R, 6)
    names = ("exact", "weights", "outputs", "average", "rate", "later")
    return dict(zip(names, table.unbind(1), strict=True))


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
