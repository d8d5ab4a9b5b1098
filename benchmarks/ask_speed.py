"""`dlfaq ask`, start to exit, beside a bare Typer command of the same environment.

python benchmarks/ask_speed.py [--runs 21] [--entries 8 1000] [--program 'python some_cli.py']

Entries and evidence are generated in a temporary folder. Runs are interleaved; the table shows
medians and ratios. Bars: 1.3 with output to a pipe, 1.7 on a terminal.
An FAQ of many generated entries is asked alone, and with the bundled one beside it.
"""

import argparse
import os
import pty
import random
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dlfaq.paths import find_root

BARE = '''import typer

app = typer.Typer()


@app.command()
def say(words: list[str], times: int = 1, loud: bool = False) -> None:
    """Say it."""
    for _ in range(times):
        typer.echo(" ".join(words).upper() if loud else " ".join(words))


app()
'''
SIMULATION = '''"""A toy."""

from torch import Tensor

from dlfaq.sim import Replicates


def toy(replicates: Replicates, size: int = 3) -> dict[str, Tensor]:
    """Draw numbers.

    Args:
        replicates: One number each.
        size: How many are averaged.

    Metrics:
        loss: a mean of normal numbers.
    """
    return {"loss": replicates.normal("x", size).mean(-1)}
'''
QUESTION = ["my", "loss", "is", "nan", "after", "warmup", "with", "adam"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--entries", type=int, nargs="+", default=[8, 1000])
    parser.add_argument(
        "--program", default=shlex.join([str(Path(sys.executable).with_name("dlfaq"))])
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        commands = {"bare Typer": [sys.executable, str(bare), *QUESTION]}
        commands["ask, this FAQ"] = [
            *shlex.split(arguments.program),
            "ask",
            *QUESTION,
            "--root",
            str(find_root()),
        ]
        for count in arguments.entries:
            root = generate(Path(folder) / f"faq-{count}", count)
            own = [*shlex.split(arguments.program), "ask", *QUESTION, "--root", str(root)]
            commands[f"ask, {count} alone"] = [*own, "--only"]
            commands[f"ask, {count} and ours"] = own
        environment = {
            **os.environ,
            "DLFAQ_CACHE_DIR": str(Path(folder) / "cache"),
            "TERM": "xterm-256color",
        }
        environment.pop(
            "PYTHONDONTWRITEBYTECODE", None
        )  # a checkout is compiled at its first run, as an installation is
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        for where, run in (("pipe", to_pipe), ("terminal", to_terminal)):
            table(where, measure(commands, environment, run, arguments.runs))


def measure(
    commands: dict, environment: dict, run: object, runs: int
) -> dict[str, list[tuple[float, float]]]:
    """Seconds on the clock and of the processor, interleaved; the first run is not counted."""
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, command in commands.items():
            start, before = time.perf_counter(), _processor()
            run(command, environment)
            seconds[name].append((time.perf_counter() - start, _processor() - before))
    return {name: times[1:] for name, times in seconds.items()}


def _processor() -> float:
    """Seconds of a processor: a busy machine changes them less."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def to_pipe(command: list[str], environment: dict) -> None:
    """Run with output to a pipe."""
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert not done.stderr, done.stderr.decode()


def to_terminal(command: list[str], environment: dict) -> None:
    """Run with output to a terminal, and read it all."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        command, env=environment, stdin=follower, stdout=follower, stderr=follower
    )
    os.close(follower)
    try:
        while os.read(leader, 65536):
            pass
    except OSError:  # how a terminal's end is told on Linux
        pass
    process.wait()
    os.close(leader)


def table(where: str, seconds: dict[str, list[tuple[float, float]]]) -> None:
    """Median and ratio to the bare command, on the clock and of the processor."""
    for name, times in seconds.items():
        told = []
        for place, kind in enumerate(("clock", "processor")):
            median, base = (
                statistics.median(one[place] for one in every)
                for every in (times, seconds["bare Typer"])
            )
            told.append(f"{kind} {1000 * median:6.1f} ms {median / base:5.2f}")
        print(f"{where:9}{name:24}{'   '.join(told)}")


def generate(root: Path, count: int) -> Path:
    """An FAQ of `count` entries of ordinary size, each with three claims and evidence."""
    draw = random.Random(0)  # noqa: S311 - words, no secrets
    for folder in ("faq", "sims", "evidence"):
        (root / folder).mkdir(parents=True)
    (root / "faq" / "topics.yml").write_text("training: Training\n")
    (root / "faq" / "documents.yml").write_text("{}\n")
    (root / "sims" / "toy.py").write_text(SIMULATION)
    syllables = ["lo", "ra", "mi", "ne", "tu", "ga", "sto", "pen", "dri", "val", "kor", "bas"]
    vocabulary = ["".join(draw.choices(syllables, k=draw.randint(2, 4))) for _ in range(4000)]
    vocabulary[5:150:9] = [
        *QUESTION,
        "gradient",
        "batch",
        "learning rate",
        "network",
        "training",
        "accuracy",
        "layer",
        "weight",
        "decay",
    ]
    frequency = [
        1 / (5 + place) for place in range(len(vocabulary))
    ]  # as in any language: few words are most of a text

    def words(number: int) -> str:
        return " ".join(draw.choices(vocabulary, frequency, k=number))

    for i in range(count):
        (root / "faq" / f"entry-{i:04}.yaml").write_text(entry(words))
        record(root, f"entry-{i:04}", draw)
    return root


def entry(words: object) -> str:
    """The YAML of one entry."""
    claims = "".join(
        f"  - id: claim-{k}\n    kind: measured\n    says: {words(14)}.\n    experiment: toy\n"
        f"    expect: -1 < mean(loss) < 1\n    fails_under: {{one: {words(6)}}}\n"
        for k in range(3)
    )
    steps = "".join(f"    - step: {words(12)}.\n      because: claim-{k}\n" for k in range(3))
    parts = "".join(
        f"    - id: part-{k}\n      title: {words(4)}\n      asked: [{words(8)}, {words(8)}]\n"
        "      text: |\n" + "".join(f"        {words(14)} $\\ln k$\n" for _ in range(15))
        for k in range(2)
    )
    also = "".join(f"  - {words(8)}\n" for _ in range(4))
    return (
        f"question: {words(9)}?\nalso_asked:\n{also}topics: [training]\nanswer:\n"
        f"  short: {words(30)} $\\ln k$.\n  do:\n{steps}  parts:\n{parts}experiments:\n  toy:\n"
        "    simulation: toy\n    conditions:\n      one: {given: {size: 1}}\n"
        f"claims:\n{claims}"
    )


def record(root: Path, name: str, draw: random.Random) -> None:
    """Evidence as a verification would have written it."""
    from dlfaq.evidence.file import write
    from dlfaq.evidence.record import ClaimEvidence, Evidence, Point, Side

    def side(outcome: str) -> Side:
        value = draw.random() + (0 if outcome == "holds" else 2)
        return Side(
            outcome, 64, (Point({}, outcome, value, (value - 0.1, value + 0.1), -1.0, 1.2, 64),)
        )

    marks = {"claim": "0" * 16, "simulation": "0" * 16}
    expect = "-1 < mean(loss) < 1.2"
    claims = {
        f"claim-{k}": ClaimEvidence(
            "verified", marks, expect, side("holds"), {}, {"one": side("fails")}
        )
        for k in range(3)
    }
    write(root, Evidence(name, "2.13.0", claims, {}))


if __name__ == "__main__":
    main()
