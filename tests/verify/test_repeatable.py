"""One seed gives the same numbers, whichever instructions the environment asks for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlfaq.verify import repeatable
from dlfaq.verify.repeatable import capability, environment, make_repeatable, settings

ROOT = Path(__file__).parents[2]
ASKED = [
    {},
    {"ATEN_CPU_CAPABILITY": "default"},
    {"ATEN_CPU_CAPABILITY": "avx2", "MKL_CBWR": "AVX2"},
    {"ATEN_CPU_CAPABILITY": "avx512", "OMP_NUM_THREADS": "2", "ONEDNN_MAX_CPU_ISA": "SSE41"},
]
NOISE = '''"""Sums, products and curves of noise.

python sims/noise.py
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def noise(replicates: Replicates, size: int = 100) -> dict[str, Tensor]:
    """What the last digits of much arithmetic come to.

    Setting: matrices of {size} by {size} normal numbers.

    Args:
        replicates: The replicates to run.
        size: Of the matrices.

    Metrics:
        value: The sum of a product's cosine.
        curved: The sum of a convolution.
    """
    a = replicates.normal("a", size, size)
    value = (a @ a).tanh().exp().softmax(-1).cos().sum((1, 2)) * 1e3
    curved = torch.nn.functional.conv2d(a[:, None], a[:1, None, :3, :3]).sin().sum((1, 2, 3))
    return {"value": value, "curved": curved}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
'''


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A FAQ with nothing but a simulation in which every rounding error counts."""
    root = tmp_path_factory.mktemp("faq")
    (root / "sims").mkdir()
    (root / "faq").mkdir()
    (root / "faq" / "topics.yml").write_text("toy: A toy\n", "utf-8")
    (root / "sims" / "noise.py").write_text(NOISE, "utf-8")
    return root


def said(words, root, asked):
    known = {name: value for name, value in os.environ.items() if name not in settings()}
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, *words],
        cwd=root,
        env={**known, "PYTHONPATH": path, **asked},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(
    "words",
    [
        ["-m", "dlfaq", "run", "noise", "--root", ".", "-n", "4", "--json"],
        ["sims/noise.py", "-n", "4", "--json"],
    ],
    ids=["dlfaq run", "python sims/"],
)
def test_a_simulation_by_hand_does_not_depend_on_what_the_environment_asks_for(words, root):
    """To the last digit."""
    assert len({said(words, root, asked) for asked in ASKED}) == 1


IN_A_WORKER = """
import sys
from pathlib import Path
from dlfaq.verify.plan import Trial
from dlfaq.verify.run import PoolRunner

if __name__ == "__main__":
    with PoolRunner(Path("."), jobs=1) as runner:
        (result,) = runner.run([Trial("noise", (("size", 100),), 0, 4)])
    values = [x.hex() for name in ("value", "curved") for x in result.measurements[name]]
    print(result.error, values)
"""


def test_a_worker_does_not_depend_on_what_the_environment_asks_for(root):
    """Nor do its numbers differ from those by hand."""
    (root / "in_a_worker.py").write_text(IN_A_WORKER, "utf-8")

    (found,) = {said(["in_a_worker.py"], root, asked) for asked in ASKED}
    assert "0x" in found


def test_these_tests_run_under_the_same_settings():
    """What a test measures is what the engine measures."""
    assert settings().items() <= os.environ.items()


@pytest.mark.parametrize(
    ("machine", "flags", "chosen"),
    [
        ("x86_64", {"avx2", "fma", "avx512f"}, "avx2"),
        ("AMD64", {"avx2", "fma"}, "avx2"),
        ("x86_64", {"sse4_2"}, "default"),
        ("x86_64", {"avx2"}, "default"),
        ("aarch64", {"sve", "avx2", "fma"}, "default"),
    ],
)
def test_the_instructions_are_those_that_most_processors_have(machine, flags, chosen, monkeypatch):
    """AVX2 where it is there, portable code elsewhere; never what only some have."""
    monkeypatch.setattr(repeatable.platform, "machine", lambda: machine)
    monkeypatch.setattr(repeatable, "_flags", lambda: flags)
    capability.cache_clear()
    try:
        assert capability() == environment()["capability"] == chosen
        assert ("MKL_CBWR" in settings()) == (machine != "aarch64")
    finally:
        capability.cache_clear()


def test_a_process_keeps_to_its_threads(monkeypatch):
    """As many as it was given, whatever the environment said."""
    for name in settings():
        monkeypatch.setenv(name, "7")
    make_repeatable(threads=2)

    assert os.environ["OMP_NUM_THREADS"] == "2"
    assert os.environ["ATEN_CPU_CAPABILITY"] == capability()
