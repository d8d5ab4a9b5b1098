"""`python sims/<name>.py`: a simulation's file is a program of its own."""

import sys
from pathlib import Path

from dlfaq.cli.app import main


def run_alone(file: str) -> None:
    """Run the simulation in this file with the command line's parameters: `--classes 100`."""
    path = Path(file).resolve()
    sims = next((folder for folder in path.parents if folder.name == "sims"), path.parent)
    main(["run", path.stem, "--root", str(sims.parent), *sys.argv[1:]], name=f"python {file}")
