"""The estimators of the language of expectations: one record for each.

Whoever adds one adds a record here, and the function that its `interval` names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal


@dataclass(frozen=True)
class Estimator:
    """What is made of one number, or one truth value, a replicate.

    Attributes:
        takes: Whether it sums up numbers or conditions.
        interval: Where its function lies, as `module:name`; it needs numpy, so it is loaded late.
        bounded: Whether an expectation with it has bounds; without them it holds or it does not.
        counts: Whether it is read as `31 of 32` replicates.
    """

    name: str
    takes: Literal["number", "condition"]
    interval: str
    bounded: bool = True
    counts: bool = False

    def function(self) -> Callable[..., Any]:
        """The function that estimates, with its interval."""
        module, _, name = self.interval.partition(":")
        return getattr(import_module(module), name)


ESTIMATORS: dict[str, Estimator] = {}


def register(estimator: Estimator) -> Estimator:
    """Make an estimator known under its name."""
    ESTIMATORS[estimator.name] = estimator
    return estimator


_INTERVALS = "dlfaq.verify.intervals"
register(Estimator("all", "condition", f"{_INTERVALS}:every", bounded=False, counts=True))
register(Estimator("fraction", "condition", f"{_INTERVALS}:fraction"))
register(Estimator("gmean", "number", f"{_INTERVALS}:gmean"))
register(Estimator("mean", "number", f"{_INTERVALS}:mean"))
register(Estimator("median", "number", f"{_INTERVALS}:median"))
