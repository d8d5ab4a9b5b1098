"""Tagging, against a plain training loop."""

import pytest
import torch
from sims.sequences.rnn_tagging import Tagger, rnn_tagging
from tests.sims.sequences.plain import plain_gru
from torch.nn import functional as F

from dlfaq.sim import Replicates

NAME, V, T, STEPS, BATCH = "rnn_tagging", 5, 7, 6, 8


def label(task, tokens, place):
    """The label of one token, as the docstring says it."""
    here, before, after = tokens[place], tokens[place - 1], tokens[place + 1]
    return {"past": (here + before) % V, "future": (here + after) % V, "next": after}[task]


@pytest.mark.parametrize("wait", [0, 1, 2])
@pytest.mark.parametrize("task", ["past", "future", "next"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_training_equals_plain_pytorch(task, bidirectional, wait):
    """A replicate is an `nn.GRU` and a linear layer; the data are made token by token."""
    given = {
        "width": 6,
        "tokens": V,
        "length": T,
        "steps": STEPS,
        "batch": BATCH,
        "lr": 0.05,
        "wait": wait,
    }
    measured = rnn_tagging(Replicates(NAME, [3]), task=task, bidirectional=bidirectional, **given)

    alone = Replicates(NAME, [3])
    weights = alone.stack("net", lambda: Tagger(V, 6, wait, bidirectional=bidirectional)).weights()
    read, answer = plain_gru(weights, V, 6, V, bidirectional=bidirectional)
    descent = torch.optim.Adam([*read.parameters(), *answer.parameters()], lr=0.05)

    def answers(sequences):
        logits, labels = [], []
        for tokens in sequences.tolist():
            shown = F.one_hot(torch.tensor(tokens), V).float()
            shown = torch.cat(
                [shown, F.one_hot(torch.zeros(max(0, wait - 1), dtype=torch.int64), V)]
            )
            out = answer(read(shown[None])[0])[0]
            for place in range(1, T + 1):
                logits.append(out[place + wait])
                labels.append(label(task, tokens, place))
        return torch.stack(logits), torch.tensor(labels)

    for sequences in alone.integers("sequences", V, STEPS, BATCH, T + 2)[0]:
        descent.zero_grad()
        F.cross_entropy(*answers(sequences)).backward()
        descent.step()
    logits, labels = answers(alone.integers("tested", V, 128, T + 2)[0])

    assert abs(
        float(measured["accuracy"]) - float((logits.argmax(-1) == labels).double().mean())
    ) < 3 / (128 * T)
    assert float(measured["parameters"]) == sum(
        one.numel() for one in (*read.parameters(), *answer.parameters())
    )
