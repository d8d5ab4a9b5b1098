"""Everything that can go wrong in a simulation.

python sims/trouble.py --how nan
"""

import ctypes
import os
import signal
import subprocess
import time
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates


class Silent(BaseException):
    """An exception that leaves when it is asked what it is."""

    def __str__(self) -> str:
        """Leave."""
        raise SystemExit


class Mute(BaseException):
    """An exception that fails to say what it is."""

    def __str__(self) -> str:
        """Fail."""
        raise ValueError


def trouble(  # noqa: PLR0911, PLR0915 - so much can go wrong
    replicates: Replicates,
    how: Literal[
        "none",
        "abort",
        "hang",
        "nan",
        "shape",
        "undeclared",
        "missing",
        "raise",
        "leave",
        "none at all",
        "stubborn",
        "lock",
        "exit",
        "crash",
        "fork",
        "memory",
        "print",
        "interrupt",
        "mute",
        "complex",
        "huge",
        "text",
        "flood",
        "program",
        "eat",
        "silent",
    ] = "none",
    level: float = 1.0,
) -> dict[str, Tensor]:
    """Return the level, or break in the way that is asked for.

    Args:
        replicates: All alike.
        how: What goes wrong.
        level: What is measured if nothing does.

    Metrics:
        value: the level.
    """
    value = torch.full((len(replicates),), level)  # (R,)
    if how == "abort":
        os.abort()
    if how == "hang":
        while True:
            time.sleep(1)
    if how == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    if how == "lock":
        ctypes.PyDLL(None).sleep(600)  # no other thread of Python runs meanwhile
    if how == "exit":
        os._exit(5)
    if how == "crash":
        ctypes.string_at(0)
    if how == "fork":
        os.fork()
    if how == "memory":
        torch.zeros(2**40)
    if how == "print":
        while True:
            print("spam " * 1000)
    if how == "flood":
        for _ in range(100):
            os.write(2, b"spam" * 2**18)  # past Python
    if how == "program":
        subprocess.Popen(["sleep", "600.125"])
        os.system("sleep 600.125 &")  # noqa: S605 - no word of it comes from outside
        time.sleep(600)
    if how == "eat":
        eaten = [torch.ones(2**18)]
        while True:
            eaten.append(torch.ones(2**22))
    if how == "silent":
        raise Silent
    if how == "text":
        return {"value": "a word"}
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "mute":
        raise Mute
    if how == "complex":
        return {"value": value * 1j}
    if how == "huge":
        return {"value": value.double() * 1e308}
    if how == "nan":
        value[3:] = torch.nan
    if how == "raise":
        message = "the wheel came off"
        raise ArithmeticError(message)
    if how == "leave":
        raise SystemExit(3)
    if how == "none at all":
        return None
    if how == "missing":
        return {}
    if how == "shape":
        return {"value": value[:, None]}
    return {"value": value, "extra": value} if how == "undeclared" else {"value": value}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
