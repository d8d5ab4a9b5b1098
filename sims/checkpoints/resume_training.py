"""Stop a training script, start it anew, load its checkpoint: is it the run that never stopped?

python sims/checkpoints/resume_training.py --mistake optimizer

https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html

The loop is written out, since what it consists of is what is saved. One network is trained at a
time: `DataLoader` and `nn.Dropout` draw from PyTorch's global random numbers.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from dlfaq.sim import Replicates, digits
from dlfaq.sim.checkpoints import loaded, saved
from dlfaq.sim.schedules import scheduler

BATCH = 48  # 25 batches an epoch


class Images(Dataset):
    """The 1200 training digits, pixels in [0, 1], each with fresh noise whenever it is read."""

    def __init__(self, noise: float) -> None:
        self.x, self.y, self.noise = digits().x / 16, digits().y, noise

    def __len__(self) -> int:
        return len(self.x)

    def __getitems__(self, index: list[int]) -> tuple[Tensor, Tensor, Tensor]:
        x = self.x[index]
        x = x + self.noise * torch.randn_like(x) if self.noise else x
        return torch.tensor(index), x, self.y[index]  # (48,), (48, 64), (48,)


class Script:
    """What a training script holds, from its start on."""

    def __init__(self, seed: int, adamw: bool, schedule: str, drop: float, noise: float) -> None:
        torch.manual_seed(seed)
        layers = nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(drop)
        self.net = nn.Sequential(*layers, nn.Linear(32, 10))
        kind, lr = (torch.optim.AdamW, 0.01) if adamw else (torch.optim.SGD, 0.1)
        self.optimizer = kind(self.net.parameters(), lr)
        self.schedule = schedule
        self.scheduler = scheduler(self.optimizer, schedule, 100)
        images = Images(noise)
        self.loader = DataLoader(
            images, BATCH, shuffle=True, drop_last=True, collate_fn=lambda batch: batch
        )
        self.batches, self.done, self.epoch_rng = None, 0, None
        self.rates, self.seen = [], []  # of each step

    def train(self, steps: int) -> None:
        """Go on for some steps, through as many epochs as it takes."""
        self.net.train()
        for _ in range(steps):
            if self.batches is None or self.done == len(self.loader):
                self.epoch_rng, self.done = torch.get_rng_state(), 0
                self.batches = iter(self.loader)
            index, x, y = next(self.batches)
            self.optimizer.zero_grad()
            nn.functional.cross_entropy(self.net(x), y).backward()
            self.rates.append(self.optimizer.param_groups[0]["lr"])
            self.seen.append(index)
            self.optimizer.step()
            self.scheduler.step()
            self.done += 1

    def save(self) -> bytes:
        """The checkpoint's file."""
        parts = {name: getattr(self, name).state_dict() for name in PARTS}
        place = {"done": self.done, "epoch_rng": self.epoch_rng, "rng": torch.get_rng_state()}
        return saved(parts | place)

    def load(self, file: bytes, mistake: str) -> None:
        """Put back what was saved, but for one mistake."""
        state = loaded(file)  # by torch.load(weights_only=True)
        state["net"] |= dict(self.net.named_buffers()) if mistake == "buffers" else {}
        for name in PARTS:
            if name == "scheduler" and mistake == "scheduler built late":
                self.scheduler = scheduler(self.optimizer, self.schedule, 100)
            if mistake != name:
                getattr(self, name).load_state_dict(state[name])
        if mistake != "random numbers":
            torch.set_rng_state(state["epoch_rng"])
        self.batches, self.done = iter(self.loader), 0
        if mistake == "random numbers too early":
            torch.set_rng_state(state["rng"])
        while self.done < (0 if mistake == "place" else state["done"]):
            next(self.batches)
            self.done += 1
        if not mistake.startswith("random numbers"):
            torch.set_rng_state(state["rng"])


PARTS = ("net", "optimizer", "scheduler")


def resume_training(
    replicates: Replicates,
    mistake: Literal[
        "none", "optimizer", "scheduler", "scheduler built late", "buffers", "random numbers",
        "random numbers too early", "place",
    ] = "none",
    stop: int = 15,
    more: int = 30,
    optimizer: Literal["adamw", "sgd"] = "adamw",
    schedule: Literal["cosine", "linear", "inverse-sqrt", "constant"] = "cosine",
    dropout: float = 0.2,
    noise: float = 0.1,
) -> dict[str, Tensor]:  # fmt: skip
    """Train on digits, save on the way, go on; and go on from the file in new objects.

    Setting: a 32-unit network with BatchNorm, dropout {dropout}, noise {noise} on the pixels;
    {optimizer}, {schedule} schedule; saved after {stop} steps, then {more} more; mistake:
    {mistake}.

    Args:
        replicates: One seed of the first program and one of the second each.
        mistake: What is not loaded: the optimizer, the scheduler, BatchNorm's running statistics
            (buffers), the states of the random numbers, or the number of batches done in the epoch
            (place). Or the scheduler is built after the optimizer is loaded, and then loaded; or
            the random numbers are set before the batches done are skipped.
        stop: Steps before the checkpoint; an epoch has 25.
        more: Steps after it, 25 at least.
        optimizer: AdamW at rate 0.01, or SGD without momentum at rate 0.1.
        schedule: Made for 100 steps.
        dropout: Share of the hidden units that are dropped.
        noise: Standard deviation of the noise on each pixel, drawn when an image is read.

    Metrics:
        exact: 1 if weights and test logits equal those of the unbroken run, bit for bit, else 0, in
            [0, 1].
        weights: largest difference between the two runs' weights, at least 0.
        outputs: largest difference between their logits on the test images, at least 0.
        rate: learning rate of the first step after loading, over the unbroken run's, at least 0.
        later: the same of the last step, at least 0.
        unseen: share of the images that no batch of the stopped epoch held, in [0, 1].
    """
    x_test = digits().x_test / 16
    settings = (optimizer == "adamw", schedule, dropout, noise)
    found = []
    for first, second in replicates.integers("seeds", 2**31, 2).tolist():
        with torch.random.fork_rng(devices=[]):
            onward = Script(first, *settings)
            onward.train(stop)
            file, begun = onward.save(), onward.seen[stop - onward.done :]
            onward.train(more)
            resumed = Script(second, *settings)
            resumed.load(file, mistake)
            rest = 25 - resumed.done  # of the epoch
            resumed.train(more)
        pairs = zip(onward.net.parameters(), resumed.net.parameters(), strict=True)
        weights = max((p - q).detach().abs().max() for p, q in pairs)
        a, b = (script.net.eval()(x_test).detach() for script in (onward, resumed))  # (597, 10)
        outputs = (a - b).abs().max()
        rate, later = (resumed.rates[i] / onward.rates[i] for i in (-more, -1))
        read = torch.cat([*begun, *resumed.seen[:rest]]).unique()
        exact = weights == 0 and outputs == 0
        found.append([exact, weights, outputs, rate, later, 1 - len(read) / 1200])
    names = ("exact", "weights", "outputs", "rate", "later", "unseen")
    table = torch.tensor(found, dtype=torch.float64, device=replicates.device)  # (R, 6)
    return dict(zip(names, table.unbind(1), strict=True))


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
