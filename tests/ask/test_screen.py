"""An answer on a real terminal of 80 columns and 24 rows: all of it, nothing scrolled off."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from dlfaq.paths import bundled_root

ROWS, COLUMNS = 24, 80
STEP = "Set the learning rate to a third of what it was, and look at the first hundred steps."
CODE = "for group in optimizer.param_groups: group['lr'] = group['lr'] / 3  # thirds"
WORDS = [
    "the",
    "loss",
    "of",
    "a",
    "network",
    "before",
    "its",
    "first",
    "step",
    "is",
    "near",
    "the",
    "logarithm",
    "of",
    "the",
    "classes",
    "if",
]


def on_terminal(*words: str, rows: int = ROWS, columns: int = COLUMNS) -> list[str]:
    """What the program writes to a terminal, as its lines without colours."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {
        key: value for key, value in os.environ.items() if key not in {"COLUMNS", "LINES"}
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "dlfaq", *words],
        env={**environment, "TERM": "xterm-256color"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    found = b""
    try:
        while piece := os.read(leader, 65536):
            found += piece
    except OSError:  # how a terminal's end is told on Linux
        pass
    process.wait()
    os.close(leader)
    return re.sub(r"\x1b\[[0-9;]*m", "", found.decode()).replace("\r\n", "\n").splitlines()


def enlarge(faq: Path, short_words: int, steps: int, code: int) -> None:
    """Give the entry a short answer of so many words, and steps with lines of code."""
    path = faq / "faq" / "first-loss.yaml"
    text = path.read_text()
    short = " ".join((WORDS * 5)[:short_words])
    text = re.sub(r"  short: .*\n", f"  short: {short}.\n", text)
    lines = "".join(f"        {CODE}\n" for _ in range(code))
    step = f"    - step: {STEP}\n      because: ln-k\n" + (
        f"      code: |\n{lines}" if code else ""
    )
    head, rest = text.split("  do:\n")
    parts = rest[rest.index("  parts:\n") :]
    cited = "    - step: Look [@karpathy-2019].\n      because: ln-k\n"
    path.write_text(f"{head}  do:\n{cited}{step * (steps - 1)}{parts}")


def test_the_whole_answer_is_on_the_screen(faq):
    """Question, answer, steps with their code, evidence, what is near."""
    lines = on_terminal("ask", "what is the loss before training", "--only", "--root", str(faq))

    assert lines[0].startswith("What loss should a classifier show before any training?")
    assert lines[0].endswith("[first-loss]")
    assert " 2. Set the last layer to zero if it is far above." in lines
    assert "      nn.init.zeros_(model[-1].weight)" in lines
    assert any(line.startswith("✓ 1 measured claim holds, with a control") for line in lines)
    assert any(line.startswith("Near: ") for line in lines)
    assert len(lines) <= ROWS - 2


@pytest.mark.parametrize("short", [15, 70])
@pytest.mark.parametrize("steps", [3, 6])
@pytest.mark.parametrize("code", [0, 1, 5])
def test_any_entry_of_the_second_form_fits(faq, short, steps, code):
    """At most 22 rows of 80 columns; every step is there, and the line of evidence."""
    enlarge(faq, short, steps, code)
    lines = on_terminal("ask", "what is the loss before training", "--only", "--root", str(faq))

    assert len(lines) <= ROWS - 2
    assert max(map(len, lines)) <= COLUMNS
    assert [line[:3] for line in lines if re.match(r" \d\. ", line)] == [
        f" {place}." for place in range(1, steps + 1)
    ]
    assert any(line.startswith("✓ 1 measured claim holds") for line in lines)
    assert any(line.endswith("dlfaq show first-loss") for line in lines)


def test_long_steps_are_cut_before_one_is_lost(faq, monkeypatch):
    """Six steps of four lines each: the first words of all of them stay."""
    monkeypatch.setattr(sys.modules[__name__], "STEP", f"{STEP} " * 4)
    enlarge(faq, 70, 6, 2)
    lines = on_terminal("ask", "what is the loss before training", "--only", "--root", str(faq))

    assert len(lines) <= ROWS - 2
    assert len([line for line in lines if re.match(r" \d\. ", line)]) == 6
    assert sum(line.endswith(" …") for line in lines) == 5


def test_a_part_is_named_by_its_own_words(faq):
    """It can be shown alone; an unknown one is not."""
    words = "what if one class is much more frequent than the others"
    lines = on_terminal("ask", words, "--only", "--root", str(faq))
    shown = on_terminal("show", "first-loss#labels", "--root", str(faq))

    assert any(
        line.startswith("→ Unequal classes") and line.endswith("dlfaq show first-loss#labels")
        for line in lines
    )
    assert "The loss then begins at the entropy of the labels." in shown
    assert any(
        "no part 'label'" in line
        for line in on_terminal("show", "first-loss#label", "--root", str(faq))
    )


def test_every_bundled_entry_fits():
    """Asked by its own question: all steps, the evidence, nothing scrolled off."""
    root = str(bundled_root())
    listed = subprocess.run(
        [sys.executable, "-m", "dlfaq", "list", "--json", "--root", root],
        capture_output=True,
        text=True,
        check=True,
    )
    for row in json.loads(listed.stdout):
        if row["planned"]:
            continue
        lines = on_terminal("ask", row["question"], "--root", root)
        steps = [line for line in lines if re.match(r" \d\. ", line)]

        assert any(row["id"] in line for line in lines[:4])
        assert len(lines) <= ROWS - 2
        assert 3 <= len(steps) <= 6
        assert not any(line.endswith(" …") for line in lines)
        assert any(f"dlfaq show {row['id']}" in line for line in lines)


def test_long_texts_go_through_the_pager(faq, monkeypatch, tmp_path):
    """On a terminal that they do not fit; without a pager they are printed."""
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED\ncat\n")
    pager.chmod(0o755)
    monkeypatch.setenv("PAGER", str(pager))
    shown = ("show", "first-loss", "--root", str(faq))

    assert on_terminal(*shown, rows=10)[0] == "PAGED"
    assert on_terminal("show", "first-loss#labels", "--root", str(faq))[0] != "PAGED"
    monkeypatch.setenv("PAGER", "/no/such/pager")
    assert on_terminal(*shown, rows=10)[0].startswith("What loss should a classifier")
