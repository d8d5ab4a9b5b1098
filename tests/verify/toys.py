"""What the tests of `verify` share: the toy FAQ, and a runner that needs no process."""

import shutil
from pathlib import Path

import numpy as np

from dlfaq.verify.run import Result

TOY = Path(__file__).parents[1] / "toy"


def copy_toy(folder):
    """A toy FAQ of one's own."""
    for part in ("faq", "sims"):
        shutil.copytree(TOY / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def pick(faq, entry_id, *claim_ids):
    """Claims with their entry; all of the entry without names."""
    entry = faq.entry(entry_id)
    return [(entry, claim) for claim in entry.claims if not claim_ids or claim.id in claim_ids]


class Drawn:
    """A runner without processes or torch: the toy's dial, drawn by numpy, or any function."""

    def __init__(self, draw=None):
        self.trials, self.draw, self.workers = [], draw or self.dial, 0

    def run(self, trials, started):
        for trial in trials:
            started(trial)
            self.trials.append(trial)
            yield self.draw(trial)

    @staticmethod
    def dial(trial):
        given = dict(trial.parameters)
        numbers = range(trial.start, trial.stop)
        noise = np.array(
            [np.random.default_rng(i).normal(size=1 + given["points"]) for i in numbers]
        )
        value = given["centre"] + given["spread"] * noise[:, 0]
        step = np.arange(float(given["points"]))
        curve = given["centre"] + given["growth"] * step + given["spread"] * noise[:, 1:]
        arrays = {
            "value": value,
            "positive": (value > 0).astype(float),
            "curve": curve,
            "step": step,
        }
        return Result(trial, arrays, 0.5)
