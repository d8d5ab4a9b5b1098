"""Running the program as its users do: in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests" / "toy"


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """A cache of the tests' own, shared by them."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def dlfaq(cache, tmp_path):
    """Call the program; standard output and error come back as text."""

    def call(*words, cwd=ROOT, stdin="", **environment):
        env = {
            **os.environ,
            "DLFAQ_CACHE_DIR": str(cache),
            "XDG_STATE_HOME": str(cache / "state"),
            "OMP_NUM_THREADS": "1",
            "COLUMNS": "100",
            **environment,
        }
        return subprocess.run(
            [sys.executable, "-m", "dlfaq", *map(str, words)],
            cwd=cwd,
            env=env,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return call
