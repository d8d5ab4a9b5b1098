"""What makes torch compute the same numbers on every processor, set before it computes anything.

Left alone, torch picks the widest vector instructions of the processor, and MKL a path of its own
for each vendor and generation. Sums are then added in another order, so one seed gives other last
digits on another machine, and a training that amplifies them gives another result. Hence:

- ATen uses AVX2, or its portable code on processors without it;
- MKL takes its COMPATIBLE path: SSE2, whatever the processor offers and whoever made it;
- oneDNN, which computes convolutions, uses nothing newer than AVX2 either;
- one thread computes unless more are asked for: with more, sums are added in another order.

On ARM there is nothing to choose: results repeat on one machine, and differ from x86's in their
last digits; no verdict has been tested there yet. `benchmarks/processors.py` measures what all this
changes and costs.
"""

import os
import platform
from functools import cache
from pathlib import Path

X86 = {"x86_64", "amd64"}
NEEDED = {"avx2", "fma"}  # what ATen's AVX2 code is made of
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def make_repeatable(threads: int = 1) -> None:
    """Set up this process, whatever its environment asked for; torch must not have computed yet.

    Args:
        threads: How many torch and numpy may compute with.
    """
    os.environ.update(settings(threads))


def settings(threads: int = 1) -> dict[str, str]:
    """The environment variables that make this machine compute like others."""
    chosen = {"ATEN_CPU_CAPABILITY": capability(), **dict.fromkeys(THREADS, str(threads))}
    if _is_x86():
        chosen["MKL_CBWR"] = "COMPATIBLE"
        chosen["ONEDNN_MAX_CPU_ISA"] = "AVX2" if capability() == "avx2" else "SSE41"
    return chosen


def environment() -> dict[str, str]:
    """What measurements may depend on beside torch's version; for evidence and for cache keys.

    >>> sorted(environment())
    ['capability', 'machine', 'system']
    """
    machine = "x86_64" if _is_x86() else platform.machine().lower()
    return {"capability": capability(), "machine": machine, "system": platform.system()}


def measured_in() -> dict[str, str]:
    """What evidence tells of the machine, the settings and the Python that measured it.

    >>> sorted(measured_in())
    ['machine', 'processor', 'python', 'settings', 'system']
    """
    asked = {name: value for name, value in settings().items() if name not in THREADS}
    known = environment()
    return {
        "machine": known["machine"],
        "processor": _widest(),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "settings": " ".join(f"{name}={value}" for name, value in sorted(asked.items())),
        "system": known["system"],
    }


@cache
def capability() -> str:
    """ATen's vector instructions that are used on this machine: `avx2` or `default`."""
    return "avx2" if _is_x86() and _flags() >= NEEDED else "default"


def _widest() -> str:
    """The widest vector instructions that the processor has, used or not."""
    flags = _flags() if _is_x86() else set()
    return next((name for name in ("avx512f", "avx2", "avx") if name in flags), "default")


def _is_x86() -> bool:
    return platform.machine().lower() in X86


def _flags() -> set[str]:
    """What the processor can do. Only Linux tells; elsewhere nothing is taken for granted."""
    try:
        text = Path("/proc/cpuinfo").read_text("ascii", errors="replace")
    except OSError:
        return set()
    lines = (line.partition(":") for line in text.splitlines())
    return next((set(value.split()) for name, _, value in lines if name.strip() == "flags"), set())
