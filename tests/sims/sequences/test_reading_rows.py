"""Reading images row by row, against a plain training loop."""

import pytest
import torch
from sims.sequences.reading_rows import RowReader, reading_rows
from tests.sims.sequences.plain import plain_gru
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load

NAME, STEPS = "reading_rows", 3


@pytest.mark.parametrize(
    ("bidirectional", "read_out"),
    [(False, "last"), (True, "last"), (True, "ends")],
)
@pytest.mark.parametrize(("at_once", "blank"), [(1, 0), (1, 4), (4, 0)])
def test_training_equals_plain_pytorch(bidirectional, read_out, at_once, blank):
    """A replicate is an `nn.GRU` and a linear layer; its final states are nn.GRU's h_n."""
    given = {"hidden": 6, "steps": STEPS, "batch": 16, "lr": 0.02, "at_once": at_once}
    given |= {"bidirectional": bidirectional, "read": read_out, "trained_padding": blank}
    measured = reading_rows(Replicates(NAME, [3]), **given)

    alone = Replicates(NAME, [3])
    make = lambda: RowReader(6, read_out, at_once, bidirectional=bidirectional)  # noqa: E731
    weights = alone.stack("net", make).weights()
    read, answer = plain_gru(weights, 8 * at_once, 6, 10, bidirectional=bidirectional)
    descent = torch.optim.Adam([*read.parameters(), *answer.parameters()], lr=0.02)
    data = load(alone, train=1000, valid=200)

    def logits(images, rows):
        """Logits (N, 10) of images with so many blank rows behind them."""
        shown = torch.cat([images, torch.zeros(len(images), 8 * rows)], 1)
        output, h_n = read(shown.view(len(images), -1, 8 * at_once))
        return answer(torch.cat([*h_n], -1) if read_out == "ends" else output[:, -1])

    for index in alone.batches("batches", 1000, 16, STEPS)[0]:
        descent.zero_grad()
        F.cross_entropy(logits(data.x[0, index], blank), data.y[0, index]).backward()
        descent.step()
    x, y = (part[0] for part in data.open_test())

    for name, rows in {"accuracy": 0, "padded": 8}.items():
        right = float((logits(x, rows).argmax(-1) == y).double().mean())
        assert abs(float(measured[name]) - right) < 2.5 / 597, name
    assert float(measured["parameters"]) == sum(
        one.numel() for one in (*read.parameters(), *answer.parameters())
    )
