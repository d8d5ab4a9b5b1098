"""The printed transformer block and a GRU, against plain training loops."""

import torch
from sims.sequences.transformer_beside_gru import Block, Recurrent, transformer_beside_gru
from tests.sims.plain_networks import DigitReader
from tests.sims.printed import defined, part_code
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits

NAME = "transformer_beside_gru"
GIVEN = {"length": 4, "steps": 8, "batch": 16, "lr": 0.01}


def plainly(net: nn.Module, alone: Replicates, answer, place: int) -> float:
    """Train as `torch.optim.Adam` does; the share of test sequences that are answered rightly."""
    data = digits(centred=True)
    scale = data.x.std()
    descent = torch.optim.Adam(net.parameters(), lr=0.01)
    for images in alone.integers("shown", 1200, 8, 16, 4)[0]:
        descent.zero_grad()
        F.cross_entropy(answer(net(data.x[images] / scale)), data.y[images[:, place]]).backward()
        descent.step()
    images = alone.integers("tested", 597, 256, 4)[0]
    right = answer(net(data.x_test[images] / scale)).argmax(-1) == data.y_test[images[:, place]]
    return float(right.double().mean())


def test_the_block_is_the_printed_one():
    """With its weights, trained by a plain loop, asked for the last digit."""
    names = defined(
        part_code("attention-vs-rnn", "order")[0],
        {"torch": torch, "nn": nn, "F": F},
        until="reader = ",
    )
    alone = Replicates(NAME, [5])
    weights = alone.stack("net", lambda: Block(4, codes=True)).weights()
    net = names["Reader"](64, 10, longest=4)
    net.load_state_dict({name: value[0].data for name, value in weights.items()})
    right = plainly(net, alone, lambda outputs: outputs[:, -1], -1)
    measured = transformer_beside_gru(Replicates(NAME, [5]), asked="last", **GIVEN)
    # one may round the other way
    assert abs(float(measured["accuracy"]) - right) < 1.5 / 256
    assert float(measured["parameters"]) == sum(part.numel() for part in net.parameters())


def test_the_gru_is_pytorchs():
    """Its update gate starts open; asked for the first digit."""
    alone = Replicates(NAME, [5])
    weights = alone.stack("net", lambda: Recurrent(6, 0.0)).weights()
    right = plainly(DigitReader(nn.GRU, weights, 2.0), alone, lambda outputs: outputs, 0)
    given = {"reader": "gru", "hidden": 6, "forget": 2.0}
    measured = transformer_beside_gru(Replicates(NAME, [5]), **given, **GIVEN)
    assert abs(float(measured["accuracy"]) - right) < 1.5 / 256


def test_without_codes_the_order_is_unknown():
    """What stands before the last digit may be shuffled."""
    net = Block(4, codes=False)
    x = torch.randn(3, 4, 64)
    assert torch.allclose(net(x), net(x[:, [2, 0, 1, 3]]), atol=1e-5)
    net = Block(4, codes=True)
    assert not torch.allclose(net(x), net(x[:, [2, 0, 1, 3]]), atol=1e-2)
