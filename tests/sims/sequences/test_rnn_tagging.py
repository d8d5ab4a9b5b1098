"""Tagging, against a plain training loop."""

import math

import pytest
import torch
from sims.sequences.rnn_tagging import Tagger, rnn_tagging
from tests.sims.sequences.plain import plain_gru
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.language import language

NAME, V, T, STEPS, BATCH, HIDDEN = "rnn_tagging", 5, 7, 6, 8, 6
GIVEN = {"hidden": HIDDEN, "tokens": V, "length": T, "steps": STEPS, "batch": BATCH, "lr": 0.05}


def sentences(task, noise):
    """Inputs and labels of training and test, made sentence by sentence."""
    alone = Replicates(NAME, [3])
    text, _ = language(alone, V, T, STEPS * BATCH, 0, 3.0)
    made = {}
    for name, rows in {"train": (text.x, text.y), "test": text.open_test()}.items():
        now, after = (tokens[0] for tokens in rows)
        if task == "tags":
            replaced = alone.uniform(f"{name} noise", *now.shape)[0] < noise
            other = alone.integers(name, V, *now.shape)[0]
            made[name] = torch.where(replaced, other, now), now
        elif task == "next":
            made[name] = torch.cat([now, after[:, -1:]], 1), after
        else:
            made[name] = now, after[:, -1:]
    return made


@pytest.mark.parametrize("wait", [0, 2])
@pytest.mark.parametrize("task", ["tags", "next", "window"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_training_equals_plain_pytorch(task, bidirectional, wait):
    """A replicate is an `nn.GRU` and a linear layer; a window is read out of its h_n."""
    if task == "window" and wait:
        pytest.skip("a window has one answer, at its end")
    given = {**GIVEN, "task": task, "bidirectional": bidirectional, "wait": wait}
    measured = rnn_tagging(Replicates(NAME, [3]), **given)

    alone = Replicates(NAME, [3])
    make = lambda: Tagger(V, HIDDEN, task, wait, bidirectional=bidirectional)  # noqa: E731
    weights = alone.stack("net", make).weights()
    read, answer = plain_gru(weights, V, HIDDEN, V, bidirectional=bidirectional)
    descent = torch.optim.Adam([*read.parameters(), *answer.parameters()], lr=0.05)
    made = sentences(task, 0.4)

    def answers(x, labels):
        """Logits (B, labels, V)."""
        shown = torch.cat([F.one_hot(x, V).float(), torch.zeros(len(x), wait, V)], 1)
        output, h_n = read(shown)
        if task == "window":
            return answer(torch.cat([*h_n], -1))[:, None]
        return answer(output[:, wait : wait + labels.shape[1]])

    for x, y in zip(*(part.split(BATCH) for part in made["train"]), strict=True):
        descent.zero_grad()
        F.cross_entropy(answers(x, y).flatten(0, 1), y.flatten()).backward()
        descent.step()
    x, y = made["test"]
    with torch.no_grad():
        logits = answers(x, y)
    right = (logits.argmax(-1) == y).double()

    assert abs(float(measured["accuracy"]) - float(right.mean())) < 3 / right.numel()
    assert abs(float(measured["right"][0, -1]) - float(right[:, -1].mean())) < 3 / len(right)
    expected = float(F.cross_entropy(logits.flatten(0, 1), y.flatten()))
    assert float(measured["loss"]) == pytest.approx(expected, abs=1e-4)
    assert float(measured["parameters"]) == sum(
        one.numel() for one in (*read.parameters(), *answer.parameters())
    )


def test_noise_replaces_its_share():
    """Of the replaced tokens one in V is the same by chance."""
    x, y = sentences("tags", 0.4)["test"]

    assert float((x != y).double().mean()) == pytest.approx(0.4 * (1 - 1 / V), abs=0.03)


def test_random_tokens_are_at_chance_in_one_direction():
    """Without a grammar nobody can beat ln V."""
    measured = rnn_tagging(Replicates(NAME, range(2)), task="next", sharpness=0.0, steps=20)

    assert (measured["loss"] > math.log(6) - 0.02).all()


def test_one_direction_does_not_see_the_last_token():
    """Not even by rounding; two directions do."""
    one = rnn_tagging(Replicates(NAME, range(2)), steps=2)["moved"]
    two = rnn_tagging(Replicates(NAME, range(2)), steps=2, bidirectional=True)["moved"]

    assert (one == 0).all()
    assert (two > 0).all()
