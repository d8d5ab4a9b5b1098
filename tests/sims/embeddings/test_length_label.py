"""Classifying lengths against a plain loop over seeds."""

import pytest
import torch
from sims.embeddings.length_label import length_label
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates


def test_the_stacked_run_equals_a_plain_loop():
    """One network after the other with torch.optim.Adam ends at the same accuracy."""
    measured = length_label(Replicates("name", range(3)), steps=20)
    drawn = Replicates("name", range(3))
    x = F.normalize(drawn.normal("direction", 400, 8), dim=2)
    y = drawn.integers("long", 2, 400)
    nets = drawn.stack("net", lambda: nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2)))
    for i in range(3):
        net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
        net.load_state_dict({name: value[i].detach() for name, value in nets.weights().items()})
        inputs = x[i] * (1 + y[i])[:, None]
        descent = torch.optim.Adam(net.parameters(), lr=0.02)
        for _ in range(20):
            descent.zero_grad()
            F.cross_entropy(net(inputs[:200]), y[i, :200]).backward()
            descent.step()
        right = (net(inputs[200:]).argmax(1) == y[i, 200:]).double().mean().item()

        assert measured["accuracy"][i] == pytest.approx(right, abs=0.011)


def test_normalizing_leaves_no_trace_of_the_length():
    """With normalized vectors the lengths cannot be told: the logits are those of vectors of length 1."""
    accuracy = length_label(Replicates("name", range(16)), normalize=True)["accuracy"]

    assert accuracy.mean() == pytest.approx(0.5, abs=0.05)
