"""Two tasks on digits, where the answer is known."""

import pytest
import torch
from sims.multitask.task_digits import Shared, task_digits
from torch.nn import functional as F

from dlfaq.sim import Replicates, digits


def sim(**given):
    return task_digits(Replicates("task_digits", range(4)), **given)


def test_without_a_second_task_inputs_do_not_matter():
    """There is nothing to be different."""
    same, different = (
        sim(inputs="same", second="none", steps=30),
        sim(inputs="different", second="none", steps=30),
    )

    assert torch.equal(same["accuracy"], different["accuracy"])
    assert (same["cosine"] == 0).all()


@pytest.mark.parametrize("inputs", ["same", "different"])
def test_it_is_a_plain_loop(inputs):
    """One network and torch.optim.Adam, with the joint loss in one backward pass."""
    draws = Replicates("task_digits", range(1))
    order = draws.permutation("images", 1200)[0]
    second = order[:100] if inputs == "same" else order[100:200]
    net = Shared(32)
    net.load_state_dict(
        {key: value[0] for key, value in draws.stack("net", lambda: Shared(32)).weights().items()}
    )
    batches = [draws.batches(f"batches{task}", 100, 32, 20)[0] for task in range(2)]
    data = digits(centred=True)
    x, x_test = data.x / data.x.std(), data.x_test / data.x.std()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
    negative = 0
    for step in range(20):
        one = order[:100][batches[0][step]]
        two = second[batches[0 if inputs == "same" else 1][step]]
        losses = (
            F.cross_entropy(net(x[one])[0], data.y[one]),
            F.cross_entropy(net(x[two])[1], data.y[two] // 2),
        )
        first, other = (
            torch.cat(
                [
                    g.flatten()
                    for g in torch.autograd.grad(loss, net.trunk.parameters(), retain_graph=True)
                ]
            )
            for loss in losses
        )
        negative += int(first @ other < 0)
        optimizer.zero_grad()
        sum(losses).backward()
        optimizer.step()
    digit, pair = net(x_test)

    measured = task_digits(Replicates("task_digits", range(1)), inputs=inputs, steps=20)
    assert abs(measured["accuracy"][0] - (digit.argmax(1) == data.y_test).double().mean()) < 0.005
    assert (
        abs(measured["second_accuracy"][0] - (pair.argmax(1) == data.y_test // 2).double().mean())
        < 0.005
    )
    assert abs(measured["conflict"][0] * 20 - negative) < 1.5


def test_a_mask_is_a_loss_over_the_labels_there_are():
    """ignore_index averages over the labelled rows, as if the others were left out.

    Without any labelled row it is nan.
    """
    logits = torch.randn(6, 10, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([3, -100, 1, -100, 0, -100])

    assert torch.allclose(
        F.cross_entropy(logits, labels), F.cross_entropy(logits[::2], labels[::2])
    )
    assert F.cross_entropy(logits[1::2], labels[1::2]).isnan()


def test_random_labels_cannot_be_learned():
    """The second task stays at chance."""
    assert abs(sim(second="random")["second_accuracy"].mean() - 0.2) < 0.1
