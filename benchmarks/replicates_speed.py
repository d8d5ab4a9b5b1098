"""How much faster all replicates at once are than one at a time, on one core.

It covers the simulations of all entries.

python benchmarks/replicates_speed.py [--entries initial-loss,dying-relu]

For every claim it takes the trial of the claim's first point and first arm, with the claim's own
number of replicates, and runs it twice: once with all replicates at once, once in a loop over them.
Both are the same call of the same code.
"""

import argparse
import importlib.util
import time
from pathlib import Path

import torch
from dlfaq.knowledge.conditions import expand

from dlfaq.knowledge.load import load_faq
from dlfaq.knowledge.simulations import read_simulation
from dlfaq.sim import Replicates

ROOT = Path(__file__).parents[1]


def simulation(name: str) -> object:
    """The function of `sims/<name>.py`."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "sims" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def trials(wanted: set[str]) -> list[tuple[str, dict, int]]:
    """(simulation, parameters, replicates) of each claim's first point and arm, each once."""
    found = {}
    for entry, claim in load_faq(ROOT).claims():
        if wanted and entry.id not in wanted:
            continue
        condition = expand(claim, None, read_simulation(ROOT, claim.simulation))
        arm = next(iter(condition.arms))
        parameters = condition.parameters(arm, condition.points[0])
        found[claim.simulation, tuple(sorted(parameters.items())), claim.replicates] = None
    return [(name, dict(parameters), count) for name, parameters, count in found]


def main() -> None:
    """Print one line a trial and the ratio over all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", default="")
    wanted = set(filter(None, parser.parse_args().entries.split(",")))
    torch.set_num_threads(1)
    total_at_once = total_looped = 0.0
    for name, parameters, count in trials(wanted):
        function = simulation(name)
        function(
            Replicates(name, range(1)), **parameters
        )  # what is done once, such as reading data, is not timed
        start = time.perf_counter()
        function(Replicates(name, range(count)), **parameters)
        at_once = time.perf_counter() - start
        start = time.perf_counter()
        for number in range(count):
            function(Replicates(name, [number]), **parameters)
        looped = time.perf_counter() - start
        total_at_once, total_looped = total_at_once + at_once, total_looped + looped
        print(
            f"{name:28} {count:5} replicates  at once {at_once:7.3f} s  looped {looped:7.3f} s  "
            f"{looped / at_once:6.1f}x"
        )
    print(
        f"{'all':28} {'':5}             at once {total_at_once:7.3f} s  looped {total_looped:7.3f} "
        "s  "
        f"{total_looped / total_at_once:6.1f}x"
    )


if __name__ == "__main__":
    main()
