"""Exact cases of reading digits and recalling one."""

import pytest
import torch
from sims.sequences.recall_at_distance import Reader, recall_at_distance
from tests.sims.plain_networks import DigitReader
from torch import nn

from dlfaq.sim import Replicates, digits

NAME = "recall_at_distance"


@pytest.mark.parametrize("distance", [0, 3])
def test_training_equals_plain_pytorch(distance):
    """A replicate is an `nn.LSTM` between two linear layers.

    `torch.optim.Adam` trains it on its own sequences.
    """
    given = {"width": 6, "length": 4, "distance": distance, "steps": 8, "batch": 16, "lr": 0.05}
    measured = recall_at_distance(Replicates(NAME, [5]), reader="lstm", forget=2.0, **given)

    alone = Replicates(NAME, [5])
    weights = alone.stack("net", lambda: Reader("lstm", 6, 4, 0.0, positions=False)).weights()
    net = DigitReader(nn.LSTM, weights, 2.0)
    data = digits(centred=True)
    scale = data.x.std()
    descent = torch.optim.Adam(net.parameters(), lr=0.05)
    for images in alone.integers("shown", 1200, 8, 16, 4)[0]:
        descent.zero_grad()
        logits = net(data.x[images] / scale)
        nn.functional.cross_entropy(logits, data.y[images[:, 3 - distance]]).backward()
        descent.step()
    images = alone.integers("tested", 597, 256, 4)[0]
    right = net(data.x_test[images] / scale).argmax(-1) == data.y_test[images[:, 3 - distance]]

    assert (
        abs(float(measured["accuracy"]) - float(right.double().mean())) < 1.5 / 256
    )  # one may round the other way
    assert float(measured["parameters"]) == sum(parameter.numel() for parameter in net.parameters())


def test_a_sequence_of_one_image_is_a_linear_classifier_to_attention():
    """One position attends to itself with weight 1, so recall is plain classification."""
    measured = recall_at_distance(
        Replicates(NAME, range(4)), reader="attention", length=1, distance=0
    )

    assert (measured["accuracy"] > 0.8).all()


def test_positions_move_the_embeddings_by_the_sinusoids():
    """With positions, what enters at place t is the embedding plus the code of t."""
    torch.manual_seed(0)
    placed = Reader("rnn", 5, 3, 0.0, positions=True)
    torch.manual_seed(0)
    plain = Reader("rnn", 5, 3, 0.0, positions=False)

    assert not plain.places.any()
    assert torch.equal(placed.places[0], torch.tensor([0.0, 1.0]).repeat(8))
    assert placed.places[1, 0] == torch.tensor(1.0).sin()
