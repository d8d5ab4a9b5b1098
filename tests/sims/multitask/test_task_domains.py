"""Two tasks whose images look different, where the answer is known."""

import pytest
import torch
from sims.multitask.task_domains import _loss, task_domains
from torch.nn import functional as F

from dlfaq.sim import Replicates


def sim(**given):
    return task_domains(Replicates("task_domains", range(4)), labels=100, **given)


@pytest.mark.parametrize("norm", ["none", "layer"])
def test_without_running_statistics_a_mode_changes_nothing(norm):
    """Evaluation, training and new statistics are one and the same."""
    measured = sim(norm=norm, steps=20)

    assert torch.equal(measured["accuracy"], measured["batch_accuracy"])
    assert torch.equal(measured["accuracy"], measured["reset_accuracy"])


@pytest.mark.parametrize("batches", ["mixed", "alternating"])
def test_an_odd_number_of_steps_is_made(batches):
    """The last look is at the last step."""
    assert sim(batches=batches, steps=11, norm="none")["step"].tolist()[-1] == 11


def test_the_loss_is_the_sum_of_the_means():
    """Digits with the first head, odd or even with the second; a task without rows counts 0."""
    logits = torch.randn(1, 5, 12, generator=torch.Generator().manual_seed(0))
    y = torch.tensor([[3, 11, 0, 10, 9]])
    digit = F.cross_entropy(logits[0, [0, 2, 4], :10], torch.tensor([3, 0, 9]))
    odd = F.cross_entropy(logits[0, [1, 3], 10:], torch.tensor([1, 0]))

    assert torch.allclose(_loss(logits, y), digit + odd)
    assert torch.allclose(_loss(logits[:, [0, 2, 4]], y[:, [0, 2, 4]]), digit)


def test_the_tasks_are_learned():
    """With layer normalization both are far above chance, 10 % and 50 %."""
    assert (sim(norm="layer", steps=100)["accuracy"] > 0.8).all()


def test_with_means_of_their_own_subtracted_the_modes_agree():
    """Each batch holds one task, and yet running statistics fit: black on white is a sign."""
    measured = sim(batches="alternating", centred=True, steps=100)

    assert (measured["accuracy"] - measured["batch_accuracy"]).abs().max() < 0.1
