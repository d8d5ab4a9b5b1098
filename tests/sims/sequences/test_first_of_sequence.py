"""Naming the first of a sequence of digits, against a plain training loop."""

import pytest
import torch
from sims.sequences.first_of_sequence import FirstReader, first_of_sequence
from tests.sims.plain_networks import DigitReader
from torch import nn

from dlfaq.sim import Replicates, digits

NAME = "first_of_sequence"


@pytest.mark.parametrize(("reader", "layer"), [("lstm", nn.LSTM), ("gru", nn.GRU)])
def test_training_equals_plain_pytorch(reader, layer):
    """A replicate is an `nn.LSTM` or `nn.GRU` between two linear layers.

    `torch.optim.Adam` trains it on its own sequences; two more images may follow in the test.
    """
    given = {"hidden": 6, "length": 4, "steps": 8, "batch": 16, "lr": 0.05}
    measured = first_of_sequence(
        Replicates(NAME, [5]), reader=reader, forget=2.0, beyond=2, **given
    )

    alone = Replicates(NAME, [5])
    weights = alone.stack("net", lambda: FirstReader(reader, 6, 4, 0.0)).weights()
    net = DigitReader(layer, weights, 2.0)
    data = digits(centred=True)
    scale = data.x.std()
    descent = torch.optim.Adam(net.parameters(), lr=0.05)
    for images in alone.integers("shown", 1200, 8, 16, 4)[0]:
        descent.zero_grad()
        logits = net(data.x[images] / scale)
        nn.functional.cross_entropy(logits, data.y[images[:, 0]]).backward()
        descent.step()
    images = alone.integers("tested", 597, 256, 4)[0]
    behind = alone.integers("behind", 597, 256, 2)[0]
    answers = data.y_test[images[:, 0]]

    for more in range(3):
        shown = data.x_test[torch.cat([images, behind[:, :more]], 1)] / scale
        right = float((net(shown).argmax(-1) == answers).double().mean())
        # one may round the other way
        assert abs(float(measured["far"][0, more]) - right) < 1.5 / 256
    assert float(measured["accuracy"]) == float(measured["far"][0, 0])
    assert float(measured["parameters"]) == sum(parameter.numel() for parameter in net.parameters())


def test_only_attention_gets_position_codes():
    """What a recurrent reader reads is the embedding alone."""
    assert not FirstReader("gru", 5, 3, 0.0).places.any()
    assert torch.equal(FirstReader("attention", 5, 3, 0.0).places[0], torch.tensor([0.0, 1.0] * 8))
