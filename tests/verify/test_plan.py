"""Trials are what claims need, each once, and can be repeated by hand."""

import shlex

from dlfaq.knowledge.experiment import Condition, Experiment
from dlfaq.knowledge.settings import expand
from dlfaq.knowledge.simulations import read_simulation
from dlfaq.verify.plan import Chunk, Trial, repeat, trials_of


def test_a_side_needs_each_arm_at_each_point(faq):
    """Every parameter is spelt out, defaults included."""
    turns = faq.entry("verdicts").experiments["turns"]
    dial = read_simulation(faq.root, "dial")
    trials = list(trials_of(expand(turns, Condition(), dial), dial, Chunk(0, 32), "cpu", 0))

    assert [(number, arm, dict(trial.parameters)["centre"]) for number, arm, trial in trials] == [
        (0, "", 1.0),
        (1, "", 2.0),
        (2, "", 3.0),
    ]
    assert trials[0][2] == Trial(
        "dial", (("centre", 1.0), ("growth", 1.0), ("points", 5), ("spread", 0.1)), 0, 32, "cpu"
    )


def test_one_and_one_point_nought_are_one_trial(faq):
    """A whole number given for a float is that float, so that its measurements are shared."""
    dial = read_simulation(faq.root, "dial")
    settings = [
        expand(Experiment("one", "dial", {"centre": one}), Condition(), dial) for one in (1, 1.0)
    ]
    trials = [next(trials_of(setting, dial, Chunk(0, 8), "cpu", 0)) for setting in settings]

    assert repr(trials[0]) == repr(trials[1])


def test_another_seed_is_another_trial(toy):
    """And so is the command that repeats it."""
    dial = read_simulation(toy, "dial")
    setting = expand(Experiment("one", "dial"), Condition(), dial)
    first, second = (next(trials_of(setting, dial, Chunk(0, 8), "cpu", seed))[2] for seed in (0, 7))

    assert first != second
    assert repeat(second, dial) == repeat(first, dial) + " --seed 7"


def test_chunks_double():
    """Each look takes as many replicates again as there were before it, and none twice."""
    chunks = [Chunk(0, 32)]
    for _ in range(3):
        chunks.append(chunks[-1].next())

    assert [(chunk.start, chunk.stop) for chunk in chunks] == [
        (0, 32),
        (32, 64),
        (64, 128),
        (128, 256),
    ]


def test_the_command_that_repeats_a_trial(toy):
    """It names what is not the default, quotes for a shell, and says which replicates."""
    trouble, dial = read_simulation(toy, "trouble"), read_simulation(toy, "dial")
    one = Trial("trouble", (("how", "none at all"), ("level", 1.0)), 32, 64)
    other = Trial(
        "dial", (("centre", -2.0), ("growth", 1.0), ("points", 5), ("spread", 0.1)), 0, 8, "cuda"
    )

    assert shlex.split(repeat(one, trouble)) == [
        *("dlfaq", "run", "trouble", "--how", "none at all", "--first", "32", "--replicates", "32")
    ]
    assert (
        repeat(other, dial) == "dlfaq run dial --centre -2.0 --first 0 --replicates 8 --device cuda"
    )
