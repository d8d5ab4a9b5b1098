"""`dlfaq run` and `python sims/<name>.py`."""

import json
import subprocess
import sys

from tests.cli.conftest import ROOT


def test_run_measures(dlfaq):
    """Mean, interval and spread of each metric."""
    done = dlfaq("run", "initial_loss", "--classes", "100", "--replicates", "8", "--json")
    played = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert played["parameters"]["classes"] == 100
    assert played["replicates"] == 8
    loss = played["metrics"]["loss"]
    assert 4.5 < loss["interval"][0] < loss["mean"] < loss["interval"][1] < 5


def test_run_in_words(dlfaq):
    """A table that a person reads."""
    done = dlfaq("run", "initial_loss", "--replicates", "4")

    assert done.returncode == 0
    table, words = done.stdout.split("\n\n")
    head, *rows = table.splitlines()
    assert head.split() == ["metric", "mean", "95", "%", "interval", "sd", "unit,", "range"]
    assert next(row for row in rows if row.startswith("loss ")).endswith("nats")
    assert "loss: mean cross-entropy over the examples, in nats." in words


def test_a_bounded_metric_has_its_range(dlfaq):
    """In the table and in JSON; its interval stays inside."""
    words = ("run", "dying_digits", "--steps", "20", "--hidden", "4", "--replicates", "8")
    row = next(x for x in dlfaq(*words).stdout.splitlines() if x.startswith("accuracy "))
    accuracy = json.loads(dlfaq(*words, "--json").stdout)["metrics"]["accuracy"]

    assert row.endswith("share, 0 to 1")
    assert accuracy["range"] == [0, 1]
    assert accuracy["unit"] == "share"
    assert 0 <= accuracy["interval"][0] <= accuracy["mean"] <= accuracy["interval"][1] <= 1


def test_a_file_runs_alone(dlfaq):
    """`python sims/first_loss/initial_loss.py` is `dlfaq run initial_loss`."""
    words = ["--classes", "5", "--replicates", "4"]
    alone = subprocess.run(
        [sys.executable, "sims/first_loss/initial_loss.py", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert alone.returncode == 0, alone.stderr
    assert alone.stdout == dlfaq("run", "initial_loss", *words).stdout


def test_every_wrong_parameter_is_named(dlfaq):
    """Unknown names, ill-typed values, missing values: all at once, with what would be right."""
    done = dlfaq("run", "initial_loss", "--clases", "3", "--classes", "many")

    assert done.returncode == 2
    assert "Did you mean 'classes'?" in done.stderr
    assert "'many'" in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert dlfaq("run", "initial_loss", "--classes").returncode == 2
    assert dlfaq("run", "initial_loss", "stray").returncode == 2


def test_an_unknown_simulation(dlfaq):
    """The nearest one is named."""
    done = dlfaq("run", "initial_los")

    assert done.returncode == 2
    assert "Did you mean 'initial_loss'?" in done.stderr


def test_a_value_that_the_simulation_cannot_take(dlfaq):
    """What the simulation raises is told in one message, not as a traceback."""
    done = dlfaq("run", "initial_loss", "--classes", "-3", "--replicates", "2")

    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    assert "initial_loss" in done.stderr


def test_simulations_and_parameters_are_listed(dlfaq):
    """Without a name, all of them; with --parameters, what one takes and measures."""
    lines = dlfaq("run").stdout.splitlines()
    folder = lines.index("first_loss")
    block = lines[folder + 1 : lines.index("", folder)]
    assert any(line.startswith("  initial_loss ") for line in block)
    assert max(map(len, lines)) <= 80
    listed = dlfaq("run", "initial_loss", "--parameters").stdout
    assert "--classes" in listed
    assert "loss" in listed.split("Metrics:")[1]


def test_a_figure(dlfaq, tmp_path):
    """Drawn if asked for; another ending is bad input."""
    done = dlfaq("run", "initial_loss", "--replicates", "4", "--figure", tmp_path / "figure.svg")

    assert done.returncode == 0, done.stderr
    assert "<svg" in (tmp_path / "figure.svg").read_text()
    curves = dlfaq(
        *("run", "deep_signal", "--layers", "4", "--width", "8", "--replicates", "4"),
        *("--figure", tmp_path / "curves.png"),
    )
    assert curves.returncode == 0, curves.stderr
    assert (tmp_path / "curves.png").stat().st_size > 10_000
    wrong = dlfaq("run", "initial_loss", "--replicates", "4", "--figure", tmp_path / "figure.doc")
    assert wrong.returncode == 2
