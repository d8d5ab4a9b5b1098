"""Reading images row by row, against a plain training loop."""

import pytest
import torch
from sims.sequences.reading_rows import RowReader, reading_rows
from tests.sims.sequences.plain import plain_gru
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits

NAME, STEPS = "reading_rows", 3


@pytest.mark.parametrize(
    ("bidirectional", "asked"),
    [(False, "rows"), (True, "rows"), (False, "last"), (True, "last"), (True, "ends")],
)
def test_training_equals_plain_pytorch(bidirectional, asked):
    """A replicate is an `nn.GRU` and a linear layer.

    The last states are those that `nn.GRU` returns as h_n.
    """
    given = {
        "bidirectional": bidirectional,
        "asked": asked,
        "width": 6,
        "steps": STEPS,
        "batch": 16,
        "lr": 0.02,
    }
    measured = reading_rows(Replicates(NAME, [3]), **given)

    alone = Replicates(NAME, [3])
    weights = alone.stack(
        "net", lambda: RowReader(6, bidirectional=bidirectional, ends=False)
    ).weights()
    read, answer = plain_gru(weights, 8, 6, 10, bidirectional=bidirectional)
    descent = torch.optim.Adam([*read.parameters(), *answer.parameters()], lr=0.02)
    data = digits(centred=True)
    scale = data.x.std()

    def whole(images):
        """The answer after the last row, where it is asked for."""
        output, h_n = read(images.view(-1, 8, 8))
        if asked == "ends":
            return answer(torch.cat([h_n[0], h_n[1]], -1))
        return answer(output[:, -1])

    for index in alone.batches("batches", 1200, 16, STEPS)[0]:
        descent.zero_grad()
        x, y = data.x[index] / scale, data.y[index]
        if asked == "rows":
            every = answer(read(x.view(-1, 8, 8))[0])  # (16, 8, 10)
            loss = sum(F.cross_entropy(every[:, row], y) for row in range(8)) / 8
        else:
            loss = F.cross_entropy(whole(x), y)
        loss.backward()
        descent.step()
    x = data.x_test / scale
    blanked = torch.cat([x[:, :56], torch.zeros(len(x), 8)], 1)
    right = (whole(x).argmax(-1) == data.y_test).double().mean()

    assert abs(float(measured["accuracy"][0, 7]) - float(right)) < 1.5 / 597
    torch.testing.assert_close(
        measured["moved"][0, 7], (whole(blanked) - whole(x)).abs().max(), rtol=1e-3, atol=1e-5
    )
    assert float(measured["parameters"]) == sum(
        one.numel() for one in (*read.parameters(), *answer.parameters())
    )
    if asked == "rows":
        first = answer(read(x.view(-1, 8, 8))[0][:, 0])
        assert (
            abs(
                float(measured["accuracy"][0, 0])
                - float((first.argmax(-1) == data.y_test).double().mean())
            )
            < 1.5 / 597
        )


def test_one_direction_never_moves_before_the_last_row():
    """The future cannot reach it, not even by rounding."""
    moved = reading_rows(Replicates(NAME, range(2)), steps=2)["moved"]

    assert (moved[:, :7] == 0).all()
    assert (moved[:, 7] > 0).all()
