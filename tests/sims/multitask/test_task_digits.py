"""Two tasks on digits, where the answer is known."""

import itertools

import pytest
import torch
from sims.multitask.task_digits import _losses, task_digits
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.training_data import load


def sim(**given):
    return task_digits(Replicates("task_digits", range(4)), **given)


def test_without_a_second_task_its_gradient_is_zero():
    """And the images it would have do not matter."""
    same = sim(tasks="digit", steps=30)

    assert (same["cosine"] == 0).all()
    assert (same["second_accuracy"] == 0).all()


def test_random_labels_do_not_teach_the_second_task():
    """They belong to the training images alone; the first task is learned beside them."""
    measured = sim(tasks="digit-random")

    assert (measured["second_accuracy"] == 0).all()
    assert (measured["accuracy"] > 0.7).all()


@pytest.mark.parametrize(
    ("inputs", "share"), [("same", 0.0), ("apart", 0.0), ("different", 0.0), ("different", 0.5)]
)
def test_it_is_a_plain_loop(inputs, share):
    """One network, torch.optim.Adam, and the mean losses of both tasks."""
    draws = Replicates("task_digits", range(1))
    digits = load(draws, "digits", train=1000, valid=200, own=True)
    x, y = digits.x[0], digits.y[0]
    net = mlp(64, [32], 15)
    start = draws.stack("net", lambda: mlp(64, [32], 15)).weights()
    net.load_state_dict({name: value[0] for name, value in start.items()})
    one = draws.batches("first", 100, 32, 20)[0]
    two = one if inputs == "same" else draws.batches("second", 100, 32, 20)[0]
    two = two + 100 if inputs == "different" else two
    turn = draws.uniform("turn", 20, 1)[0, :, 0] < share
    optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
    for step in range(20):
        first = F.cross_entropy(net(x[one[step]])[:, :10], y[one[step]])
        second = F.cross_entropy(net(x[two[step]])[:, 10:], y[two[step]] // 2)
        loss = (second if turn[step] else first) if share else first + 3 * second
        optimizer.zero_grad()
        (3 * loss if share and turn[step] else loss).backward()
        optimizer.step()
    x_test, y_test = (part[0] for part in digits.open_test())
    logits = net(x_test)

    measured = task_digits(
        Replicates("task_digits", range(1)), inputs=inputs, share=share, weight=3.0, steps=20
    )
    expected = [
        (logits[:, :10].argmax(1) == y_test).double().mean(),
        (logits[:, 10:].argmax(1) == y_test // 2).double().mean(),
    ]
    assert abs(measured["accuracy"][0] - expected[0]) < 0.005
    assert abs(measured["second_accuracy"][0] - expected[1]) < 0.005


def test_a_loss_is_the_mean_over_the_labels_there_are():
    """As if the rows without a label were left out; without any label it is 0."""
    logits = torch.randn(1, 6, 15, generator=torch.Generator().manual_seed(0))
    y = torch.full((1, 6, 3), -100.0)
    y[0, ::2, 0] = torch.tensor([3.0, 1.0, 0.0])
    first, second = _losses(logits, y)

    assert torch.allclose(first, F.cross_entropy(logits[0, ::2, :10], torch.tensor([3, 1, 0])))
    assert (second == 0).all()


def test_pixels_and_first_weights_are_as_asked_for():
    """Pixels from 0 to 1 and He's weights give other numbers than the defaults, each by itself."""
    settings = [{}, {"scale": "unit"}, {"gain": 2**0.5}, {"scale": "unit", "gain": 2**0.5}]
    cosines = [sim(steps=5, **given)["cosine"] for given in settings]

    assert all(not torch.equal(a, b) for a, b in itertools.combinations(cosines, 2))
