"""Two starts of one problem, where its minimum is known."""

import math

import torch
from sims.initialization.init_starts import init_starts
from torch import nn

from dlfaq.sim import Replicates, digits


def sim(**given):
    return init_starts(Replicates("init_starts", range(2)), **given)


def test_without_steps_the_ends_are_the_starts():
    """Two random vectors are sqrt 2 times their length apart; biases start at 0."""
    measured = sim(steps=0)

    assert torch.equal(measured["distance"], measured["start_distance"])
    assert torch.allclose(measured["distance"], torch.tensor(2**0.5), atol=0.1)
    assert (measured["disagree"] > 0.5).all()


def test_both_starts_are_plain_pytorch():
    """Twenty steps of `torch.optim.SGD` with a hidden layer, from both starts."""
    measured = init_starts(Replicates("init_starts", [3]), hidden=5, steps=20)
    alone = Replicates("init_starts", [3])
    data = digits(centred=True)
    x, y, x_test = data.x[:300] / data.x.std(), data.y[:300], data.x_test / data.x.std()
    objectives, answers = [], []
    for which in ("one start", "another start"):

        def make():
            net = nn.Sequential(nn.Linear(64, 5), nn.Tanh(), nn.Linear(5, 10))
            for layer in (net[0], net[2]):
                nn.init.normal_(layer.weight, std=layer.in_features**-0.5)
                nn.init.zeros_(layer.bias)
            return net

        net = make()
        for name, value in alone.stack(which, make).weights().items():
            net.get_parameter(name).data = value[0].detach().clone()
        descent = torch.optim.SGD(
            net.parameters(), lr=0.2, momentum=0.9, nesterov=True, weight_decay=0.05
        )
        for _ in range(20):
            descent.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            descent.step()
        penalty = 0.025 * sum(p.square().sum() for p in net.parameters())
        objectives.append((nn.functional.cross_entropy(net(x), y) + penalty).item())
        answers.append(net(x_test).argmax(1))
    right = [(answer == data.y_test).double().mean().item() for answer in answers]

    assert math.isclose(
        measured["objective_gap"][0], abs(objectives[0] - objectives[1]), abs_tol=1e-5
    )
    assert math.isclose(
        measured["disagree"][0], (answers[0] != answers[1]).double().mean(), abs_tol=0.002
    )
    assert math.isclose(measured["accuracy"][0], sum(right) / 2, abs_tol=0.002)
    assert math.isclose(measured["accuracy_gap"][0], abs(right[0] - right[1]), abs_tol=0.004)


def test_the_convex_end_is_the_minimum_that_lbfgs_finds():
    """Test accuracy of the one minimum, found by another optimizer from zero."""
    data = digits(centred=True)
    x, y = data.x[:300] / data.x.std(), data.y[:300]
    net = nn.Linear(64, 10)
    nn.init.zeros_(net.weight)
    nn.init.zeros_(net.bias)
    solver = torch.optim.LBFGS(net.parameters(), max_iter=500, line_search_fn="strong_wolfe")

    def objective():
        solver.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y) + 0.025 * sum(
            p.square().sum() for p in net.parameters()
        )
        loss.backward()
        return loss

    solver.step(objective)
    right = (net(data.x_test / data.x.std()).argmax(1) == data.y_test).double().mean()

    torch.testing.assert_close(sim()["accuracy"], right.expand(2), rtol=0, atol=0.002)
