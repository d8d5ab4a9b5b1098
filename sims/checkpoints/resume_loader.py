"""Go on in the middle of an epoch with a new data loader: does it give what was left?

python sims/checkpoints/resume_loader.py --workers kept --stop 40

https://docs.pytorch.org/docs/stable/notes/randomness.html#dataloader
"""

from typing import Literal

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from dlfaq.sim import Replicates

EPOCH = 25  # batches of 48 rows
# forked: a new interpreter could not import this file by its name
WORKERS = {"none": {}, "new": {"num_workers": 2, "multiprocessing_context": "fork"}}
WORKERS["kept"] = WORKERS["new"] | {"persistent_workers": True}


class Augmented(Dataset):
    """Rows that are their own numbers, each with a random number drawn whenever it is read."""

    def __len__(self) -> int:
        return EPOCH * 48

    def __getitem__(self, row: int) -> tuple[int, Tensor]:
        return row, torch.rand(())


class Reader:
    """The part of a training script that reads, from its start on."""

    def __init__(self, seed: int, workers: str, *, own: bool) -> None:
        torch.manual_seed(seed)
        generator = torch.Generator().manual_seed(7) if own else None
        given = WORKERS[workers] | {"generator": generator}
        self.loader = DataLoader(Augmented(), 48, shuffle=True, **given)
        self.generators = [torch.default_generator, *([generator] if own else [])]
        self.done = EPOCH

    def begin_epoch(self) -> None:
        """The loader draws its order, and its workers' seeds, from here on."""
        self.epoch_rng = [generator.get_state() for generator in self.generators]
        self.batches, self.done = iter(self.loader), 0

    def read(self, batches: int) -> tuple[Tensor, Tensor]:
        """Which rows come next, and what was drawn for them: (batches, 48) each."""
        rows, drawn = [], []
        for _ in range(batches):
            if self.done == EPOCH:
                self.begin_epoch()
            for kept, values in zip((rows, drawn), next(self.batches), strict=True):
                kept.append(values)
            self.done += 1
        return torch.stack(rows), torch.stack(drawn)

    def load(self, saved: tuple[list[Tensor], Tensor, int], mistake: str) -> None:
        """Go on where another reader was, but for one mistake."""
        epoch_rng, rng, done = saved
        kept = {"random numbers": 0, "generator": 1}.get(mistake, len(epoch_rng))
        for generator, state in zip(self.generators[:kept], epoch_rng[:kept], strict=True):
            generator.set_state(state)
        self.begin_epoch()
        if mistake == "too early":
            torch.set_rng_state(rng)
        if done and mistake != "place":
            self.read(done)
        if mistake not in ("random numbers", "too early"):
            torch.set_rng_state(rng)


def resume_loader(
    replicates: Replicates,
    mistake: Literal["none", "random numbers", "too early", "generator", "place"] = "none",
    stop: int = 15,
    workers: Literal["none", "new", "kept"] = "none",
    own: bool = False,
) -> dict[str, Tensor]:
    """Read some batches, note the place, read on; and read on from that place in a new program.

    Setting: 1200 rows in batches of 48, shuffled; stopped after {stop} batches, then 30 more;
    workers: {workers}; a generator of its own: {own}; mistake: {mistake}.

    Args:
        replicates: One seed of the first program and one of the second each.
        mistake: What is forgotten: the random numbers; the loader's own generator; or the number of
            batches done in the epoch (place). Or the random numbers are set too early: before those
            batches are skipped.
        stop: Batches before the stop; an epoch has 25.
        workers: None, two that start with each epoch (new), or two that stay for all of them (kept:
            `persistent_workers=True`).
        own: Give the loader a generator of its own, with a fixed seed.

    Metrics:
        order: 1 if the next 30 batches hold the same rows in the same order, else 0, in [0, 1].
        draws: 1 if the same numbers were drawn for them, else 0, in [0, 1].
        unseen: share of the rows that no batch of the stopped epoch held, in [0, 1].
    """
    found = []
    for first, second in replicates.integers("seeds", 2**31, 2).tolist():
        with torch.random.fork_rng(devices=[]):
            onward = Reader(first, workers, own=own)
            before = onward.read(stop)[0][stop - onward.done :]  # of this epoch
            saved = onward.epoch_rng, torch.get_rng_state(), onward.done
            rows, drawn = onward.read(30)
            resumed = Reader(second, workers, own=own)
            resumed.load(saved, mistake)
            rest = EPOCH - resumed.done
            rows_again, drawn_again = resumed.read(30)
        seen = torch.cat([before, rows_again[:rest]]).unique()
        same = torch.equal(rows, rows_again), torch.equal(drawn, drawn_again)
        found.append([*same, 1 - len(seen) / 1200])
    table = torch.tensor(found, dtype=torch.float64, device=replicates.device)  # (R, 3)
    return dict(zip(("order", "draws", "unseen"), table.unbind(1), strict=True))


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
