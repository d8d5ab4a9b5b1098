"""Which settings change what torch computes, and what each of them costs.

python benchmarks/repeatable_cost.py

Runs five kinds of work in new processes: with nothing set, with each setting of the engine alone,
and with all. Each cell is the CPU time in seconds, the best of three, and the first digits of a
hash of the result: equal hashes mean the same bits. Work that a setting changes needs that setting.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable

from dlfaq.verify.repeatable import THREADS, settings

WORK = ("small nets", "matrices", "curves", "convolution", "noise")


def work() -> dict[str, Callable[[], object]]:
    """Functions that each return a tensor."""
    import torch
    from torch.nn import functional as F

    noise = torch.Generator().manual_seed(0)
    square = torch.randn(512, 512, generator=noise)
    line = torch.randn(400_000, generator=noise)
    images = torch.randn(32, 16, 28, 28, generator=noise)
    kernel = torch.randn(32, 16, 3, 3, generator=noise)
    x, y = torch.randn(32, 64, 64, generator=noise), torch.randint(10, (32, 64), generator=noise)
    starts = torch.randn(32, 64, 128, generator=noise), torch.randn(32, 128, 10, generator=noise)

    def small_nets() -> torch.Tensor:
        first, second = (0.1 * start for start in starts)
        optimizer = torch.optim.Adam([first.requires_grad_(), second.requires_grad_()], lr=1e-3)
        for _ in range(30):
            optimizer.zero_grad()
            logits = torch.tanh(x @ first) @ second  # (32 nets, 64 examples, 10 classes)
            F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum").backward()
            optimizer.step()
        return first.detach()

    def curves() -> torch.Tensor:
        return line.exp() + line.tanh() + line.sin() + line.abs().log()

    functions = (
        small_nets,
        lambda: square @ square,
        curves,
        lambda: F.conv2d(images, kernel, padding=1),
        lambda: torch.randn(400_000, generator=torch.Generator().manual_seed(1)),
    )
    return dict(zip(WORK, functions, strict=True))


def measure() -> None:
    """What a new process does: print a cell for each kind of work."""
    import torch

    torch.set_num_threads(1)
    for function in work().values():
        seconds = []
        for _ in range(4):  # the first time loads what is needed
            start = time.process_time()
            result = function()
            seconds.append(time.process_time() - start)
        digest = hashlib.sha256(result.numpy().tobytes()).hexdigest()[:6]
        print(f"{min(seconds[1:]):7.4f} {digest}", end="  ")


def main() -> int:
    """Print the table."""
    if "--measure" in sys.argv:
        measure()
        return 0
    chosen = {name: value for name, value in settings().items() if name not in THREADS}
    rows = [{}, *({name: value} for name, value in chosen.items()), chosen]
    clean = {name: value for name, value in os.environ.items() if name not in settings()}
    print(f"{'':32}" + "".join(f"{name:16}" for name in WORK))
    for row in rows:
        done = subprocess.run(
            [sys.executable, __file__, "--measure"],
            env={**clean, **row},
            check=True,
            capture_output=True,
            text=True,
        )
        what = "nothing" if not row else "all" if row == chosen else "=".join(*row.items())
        print(f"{what:32}{done.stdout}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
