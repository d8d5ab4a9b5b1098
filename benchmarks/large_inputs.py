"""What a large and nasty input costs each parser: python benchmarks/large_inputs.py [NAME...]

Each parser is fed a short text over and over, in sizes that grow fourfold up to a megabyte. Printed
are, for each parser, the slowest of these texts, the size at which it took longest, and its
processor seconds. A megabyte of anything should take less than two seconds, refusals included;
where a size takes longer, the larger ones are left out.

Names of parsers choose among them; --all prints every text.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from dlfaq.ask.build.markdown import blocks, inline
from dlfaq.ask.build.maths import readable
from dlfaq.ask.freshness import read_index
from dlfaq.ask.rank import ask
from dlfaq.errors import Problems, did_you_mean
from dlfaq.evidence.file import read
from dlfaq.knowledge.authoring import init_faq
from dlfaq.knowledge.citations import cited, short_name
from dlfaq.knowledge.docstring import sections, setting_of, without_setting
from dlfaq.knowledge.entry import Reference
from dlfaq.knowledge.expectation import ExpectationError, parse_expectation
from dlfaq.knowledge.load import load
from dlfaq.knowledge.placeholders import render
from dlfaq.knowledge.ranges import read_range
from dlfaq.knowledge.simulations import read_simulation
from dlfaq.knowledge.yaml_file import read_text
from dlfaq.paths import bundled_root
from dlfaq.sanitise import sanitise
from dlfaq.site import text as site_text

LARGEST, BAR = 1_000_000, 2.0  # bytes, seconds
SIZES = (1_000, 4_000, 16_000, 64_000, 256_000, 999_000)
UNITS = (
    *("a", "a ", "ab\n", "0", "1e", "-", "- ", "+ a\n", "1. ", "  - a\n", " ", "\t", "\n",
      "'", '"'),
    *("`", "``a", "`a ", "```\n", "~~~\n", "```a", "    a\n", "|", "| a ", "|-|\n", "\\", "\\\\"),
    *("$", "$$", "$a", "$a ", "$$a ", "\\$", "$\\frac{", "\\frac", "{", "}", "^{", "_{", "\\left("),
    *("*", "**", "*a", "*a ", "**a ", "_a ", "__a ", "*a_", "***a", "[", "![", "[a](", "[a", "](",
      "]"),
    *("[a](b ", "[@", "[@a", "[@a]", "(", "()", "((a", "{{", "}}", "{{a", "{{ a }}", "{{ a.mean(",
      "{ a"),
    *("<", "<a ", "<!--", "</", "<a>", "&", "&#", "&amp", ">", "> ", ">> a\n", "#", "# ", "# a #",
      "\n#"),
    *("!!!", '!!! a "', "??? ", "===", "http://a", "https://", "in [", "in [0, ", "in [0,1]",
      "at least "),
    *("at least 0.", "Setting:\n", "Setting: a\n", "Args:\n", "x: ", "x:\n", "a: (",
      "x" * 60 + " "),
    *("\x1b", "\x1b[", "\x1b]", "\x1bP", "\x9b", "\u202e", "é", "不", "not ", "2.3 ", "a_", "aB",
      "a, "),
    *("mean(", "max(a,", "a+", "a.", "-a", "a<", "a if ", "lambda:", "a[", "f'{", "~", "not a and ",
      "ReLU"),
    *("why is my loss nan? ", "learning rate\n", "Traceback\n  File 1, error\n", "loss 2.30 ",
      "the the "),
)  # fmt: skip
ENTRY = """\
question: What does an average do?
topics: [training]
answer:
  short: >-
    It falls.
  parts: [{id: a, title: A, text: a}, {id: b, title: B, text: b}]
experiments:
  noise:
    simulation: average_of_noise
    sweep: {numbers: [1, 2]}
    conditions: {few: {given: {shared: 1.0}}}
claims:
  - id: falls
    kind: measured
    says: It falls.
    experiment: noise
    expect: mean(error) < 0.5
    fails_under: {few: So.}
"""

Parser = Callable[[str], object]


def main() -> None:
    """Measure, print, and fail if the bar is missed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("names", nargs="*")
    options.add_argument("--all", action="store_true")
    chosen = options.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, parser in parsers(Path(folder)).items():
            if chosen.names and not any(word in name for word in chosen.names):
                continue
            rows = sorted((slowest(parser, unit) for unit in UNITS), reverse=True)
            for seconds, size, unit in rows if chosen.all else rows[:1]:
                missed += seconds > BAR
                print(f"{name:28} {seconds:7.2f} s  {size:>9,} bytes  {unit[:24]!r}", flush=True)
    sys.exit(1 if missed else 0)


def slowest(parser: Parser, unit: str) -> tuple[float, int, str]:
    """The longest time, the size that took it, and the text."""
    found = (0.0, 0, unit)
    for size in SIZES:
        text = (unit * (size // len(unit.encode()) + 1))[:size]
        began = time.process_time()
        with suppress(Problems, ExpectationError, ValueError):
            parser(text)
        seconds = time.process_time() - began
        found = max(found, (seconds, size, unit))
        if seconds > BAR / 4:  # the next size would take too long to wait for
            break
    return found


def parsers(folder: Path) -> dict[str, Parser]:
    """Every parser by what it reads."""
    root = folder / "root"
    init_faq(root)
    return {
        "YAML": lambda text: read_text(text, "x"),
        "YAML, quoted": lambda text: read_text(f"a: {json.dumps(text)}\n", "x"),
        "expectation": parse_expectation,
        "expectation, inside": lambda text: parse_expectation(f"mean({text}) < 1"),
        "placeholders": lambda text: render(text, {}),
        "citations": cited,
        "authors": lambda text: short_name(Reference("a", "T", text, 2000)),
        "did you mean": lambda text: did_you_mean(text, ["loss", "entropy"]),
        "range": read_range,
        "docstring": lambda text: (sections(text), setting_of(text), without_setting(text)),
        "docstring, indented": lambda text: sections("Args:\n  " + text.replace("\n", "\n  ")),
        "sanitise": sanitise,
        "maths, terminal": readable,
        "Markdown, terminal": blocks,
        "Markdown, terminal, a line": inline,
        "Markdown, page": site_text.prose,
        "Markdown, page, a line": lambda text: (site_text.label(text), site_text.plain(text)),
        "Markdown, page, a cell": lambda text: site_text.in_cell(site_text.line(text)),
        "evidence": lambda text: _evidence(root, text),
        "evidence, a text": lambda text: _evidence(root, json.dumps({"version": 2, "entry": text})),
        "simulation": lambda text: _simulation(root, text),
        "simulation, docstring": lambda text: _simulation(root, f"{text!r}\n"),
        **{f"entry, {name}": part for name, part in entries(root)},
        "question": lambda text: read_index(bundled_root(), lambda db: ask(db, text)),
    }


def entries(root: Path) -> Iterator[tuple[str, Parser]]:
    """A whole FAQ with one entry that holds the text in one place."""
    places = {
        "short": "It falls.\n", "question": "What does an average do?", "claim": "says: It falls.",
        "expectation": "mean(error) < 0.5", "reason": "So.", "part": "text: b",
    }  # fmt: skip
    for name, old in places.items():
        yield name, lambda text, old=old: _entry(root, _put(old, text))
    for name, old in {"sweep": "[1, 2]", "topics": "[training]"}.items():
        yield name, lambda text, old=old: _entry(root, ENTRY.replace(old, _many(text)))
    yield "keys", lambda text: _entry(root, ENTRY + _keys(text, ""))
    yield "arms", lambda text: _entry(root, ENTRY.replace("{few:", f"{{{_keys(text, ', ')} few:"))


def _put(old: str, text: str) -> str:
    key, colon, _ = old.partition(": ")
    quoted = json.dumps(text)
    if old.endswith("\n"):
        return ENTRY.replace(f">-\n    {old}", quoted + "\n")
    return ENTRY.replace(old, f"{key}: {quoted}" if colon else quoted)


def _many(text: str) -> str:
    """As many different values as there is room for."""
    pieces = len(text) // 8
    return "[" + ", ".join(f"{number:06d}" for number in range(pieces)) + "]"


def _keys(text: str, joined: str) -> str:
    pieces = range(len(text) // 8)
    return "".join(f"k{number}: {{}}{joined or chr(10)}" for number in pieces)


def _entry(root: Path, text: str) -> object:
    (root / "faq" / "average-of-noise.yaml").write_text(text, "utf-8", "surrogateescape")
    return load(root)


def _evidence(root: Path, text: str) -> object:
    path = root / "evidence" / "x.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8", "surrogateescape")
    return read(root, "x")


def _simulation(root: Path, text: str) -> object:
    (root / "sims" / "large.py").write_text(text, "utf-8", "surrogateescape")
    try:
        return read_simulation(root, "large")
    finally:
        (root / "sims" / "large.py").unlink()


if __name__ == "__main__":
    main()
