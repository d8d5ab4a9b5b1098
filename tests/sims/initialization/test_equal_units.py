"""Hidden layers that start equal or at zero, against plain PyTorch."""

import torch
from sims.initialization.equal_units import _copies, equal_units
from torch import nn

from dlfaq.sim import Replicates, digits


def sim(**given):
    return equal_units(Replicates("equal_units", range(2)), **given)


def test_equal_layers_are_plain_pytorch():
    """Four steps of AdamW from hidden weights of 0.1 and a random output layer."""
    measured = sim(steps=4)
    data = digits(centred=True)
    x, x_test = data.x / data.x.std(), data.x_test / data.x.std()
    alone = Replicates("equal_units", range(2))

    def make():
        net = nn.Sequential(
            nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10)
        )
        for layer in (net[0], net[2]):
            nn.init.constant_(layer.weight, 0.1)
        for layer in (net[0], net[2], net[4]):
            nn.init.zeros_(layer.bias)
        return net

    nets = alone.stack("net", make)
    batches = alone.batches("batches", len(x), 32, 4)
    for i in range(2):
        net = make()
        net.load_state_dict({name: w[i].detach().clone() for name, w in nets.weights().items()})
        optimizer = torch.optim.AdamW(net.parameters(), lr=0.005)
        for index in batches[i]:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[index]), data.y[index]).backward()
            optimizer.step()
        right = (net(x_test).argmax(1) == data.y_test).double().mean()

        torch.testing.assert_close(measured["accuracy"][i], right, rtol=0, atol=0.005)


def test_copies_count_rows_that_repeat_an_earlier_one():
    """Of the rows a, b, a, a the last two; zero rows repeat each other; different rows do not."""
    a, b, c, d = torch.eye(4)
    rows = torch.stack(
        [torch.stack([a, b, a, a + 1e-5]), torch.zeros(4, 4), torch.stack([a, b, c, d])]
    )
    assert _copies(rows).tolist() == [0.5, 0.75, 0.0]


def test_what_moves_and_what_stays():
    """Zeros in all layers hold every matrix; one zero ReLU layer holds it and what surrounds it."""
    assert (sim(start="zero", head="zero", steps=3)["moved"] == 0).all()
    assert (sim(start="zero", head="zero", layers=0, steps=3)["moved"] > 0.9).all()
    assert (sim(start="last-zero", activation="gelu", steps=3)["moved"] > 0.9).all()


def test_dropout_on_units_separates_them_and_on_inputs_does_not():
    """After five steps."""
    assert (sim(steps=5)["copies"] > 0.9).all()
    assert (sim(steps=5, dropout=0.2, place="inputs")["copies"] > 0.9).all()
    assert (sim(steps=5, dropout=0.2)["copies"] < 0.5).all()
