"""`dlfaq ask` as a program: what it loads, says and returns."""

import json
import os
import subprocess
import sys

import pytest

HEAVY = {"torch", "numpy", "scipy", "pydantic", "yaml", "rich", "importlib.metadata", "asyncio"}


def run(faq, *words, program="import dlfaq.cli; dlfaq.cli.main()", text=None):
    script = f"import sys; sys.argv[0] = 'dlfaq'\n{program}"
    command = [sys.executable, "-c", script, "ask", *words, "--only", "--root", str(faq)]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, input=text, env=os.environ
    )


def test_asking_loads_nothing_heavy(faq):
    """An answer is instant because nothing that computes, parses YAML or draws is loaded."""
    program = (
        "import dlfaq.cli\ntry: dlfaq.cli.main()\nexcept SystemExit: pass\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    run(faq, "loss nan")  # builds the index
    done = run(faq, "loss nan", program=program)

    assert "dlfaq.ask.rank" in done.stderr.split()
    assert set(done.stderr.split()) & HEAVY == set()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("my", "loss", "becomes", "NaN"), 0, "Because a step was too large"),
        (("where", "do", "I", "put", "dropout", "layers"), 1, "is planned"),
        (("how", "to", "cook", "rice"), 1, "Nothing here fits"),
        (("",), 2, ""),
    ],
)
def test_exit_codes(faq, words, code, said):
    """0 answered, 1 planned or nothing fits, 2 nothing was asked; the answer alone is on standard output."""
    done = run(faq, *words)

    assert done.returncode == code, done.stderr
    assert said in done.stdout
    assert (done.stderr == "") == (code != 2)


def test_a_log_can_be_piped_in(faq):
    """`-` reads standard input."""
    log = "\n".join(f"step {i} ok" for i in range(2000)) + "\nloss: nan\n"
    done = run(faq, "-", "--json", text=log)

    assert json.loads(done.stdout)["results"][0]["id"] == "nan-loss"
    assert json.loads(done.stdout)["answered"] is True
