"""Training without `zero_grad` against ordinary loops, and the printed test on them."""

import pytest
import torch
from sims.symptoms.lasting_overflow import lasting_overflow
from sims.symptoms.micro_batches import micro_batches
from sims.symptoms.second_backward import second_backward
from sims.symptoms.summed_gradients import GRID, summed_gradients
from tests.sims.printed import defined, step_code
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.setups import Setup
from dlfaq.sim.training_data import load

OPTIMIZERS = {
    "sgd": lambda weights: torch.optim.SGD(weights, lr=0.02),
    "momentum": lambda weights: torch.optim.SGD(weights, lr=0.002, momentum=0.9),
    "one": lambda weights: torch.optim.SGD(weights, lr=0.02, momentum=1.0),
    "adamw": lambda weights: torch.optim.AdamW(weights, lr=0.0005),
}


def measure(count=3, **settings):
    """A few replicates."""
    return summed_gradients(Replicates("summed_gradients", range(count)), **settings)


class Script:
    """Replicate 1 as an ordinary script has it."""

    def __init__(self, steps: int, batch: int = 32) -> None:
        drawn = Replicates("summed_gradients", [1])
        self.data = load(drawn, valid=200, own=True)
        net = Setup().network(drawn, self.data)
        self.model = nn.Sequential(
            nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10)
        )
        with torch.no_grad():
            for one, other in zip(self.model.parameters(), net.parameters(), strict=True):
                one.copy_(other[0])
        self.order = drawn.batches("batches", 1000, batch, steps)[0]

    def batches(self):
        """Inputs and labels of each step."""
        for rows in self.order:
            yield self.data.x[0, rows], self.data.y[0, rows]

    def right(self) -> float:
        """Share of the test images."""
        x, y = self.data.open_test()
        return (self.model(x[0]).argmax(1) == y[0]).double().mean().item()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("every", [0, 1, 3])
@pytest.mark.parametrize("clip", [0.0, 1.0])
def test_it_is_the_loop_with_and_without_zero_grad(optimizer, every, clip):
    """At a tenth of the usual rates."""
    measured = measure(every=every, optimizer=optimizer, clip=clip, steps=12, times=0.1)
    script = Script(12)
    descent = OPTIMIZERS[optimizer](script.model.parameters())
    for step, (x, y) in enumerate(script.batches()):
        if every and step % every == 0:
            descent.zero_grad()
        loss = F.cross_entropy(script.model(x), y)
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(script.model.parameters(), clip)
        descent.step()
        told = measured["loss_at"][1, step].item() * torch.tensor(10.0).log().item()
        assert told == pytest.approx(loss.item(), rel=1e-3), step
    assert measured["accuracy"][1].item() == pytest.approx(script.right(), abs=0.005)


def test_the_norm_is_that_of_the_sum():
    """At rate 0 on whole epochs it grows; cleared, it does not."""
    never = measure(every=0, times=0.0, steps=40)["norm_at"]
    cleared = measure(every=1, times=0.0, steps=40)["norm_at"]
    assert (never[:, -1] > 10).all()
    assert (cleared[:, -1] < 3).all()


def test_a_tuned_run_is_that_of_the_rate_it_picked():
    """Its loss is that of a run at this rate alone."""
    tuned = measure(1, every=0, optimizer="sgd", tune=True, steps=20)
    assert tuned["picked"][0] in torch.tensor(GRID, dtype=torch.float64)
    alone = measure(1, every=0, optimizer="sgd", times=tuned["picked"][0].item(), steps=20)
    assert torch.allclose(tuned["loss_at"], alone["loss_at"], rtol=1e-3)


def test_the_lowest_and_the_last_loss():
    """Means over ten steps in a row."""
    told = measure(every=0, optimizer="sgd", steps=30)
    means = torch.stack([told["loss_at"][:, i : i + 10].mean(1) for i in range(21)], 1)
    assert torch.allclose(told["lowest"], means.amin(1))
    assert torch.allclose(told["rise"], means[:, -1] / means.amin(1))


@pytest.mark.parametrize("clip", [False, True])
@pytest.mark.parametrize("cleared", [True, False])
def test_the_printed_test_tells_the_loops_apart(cleared, clip, capsys):
    """True from the second step on, if nothing clears; never in a sound loop."""
    script = Script(4)
    descent = torch.optim.AdamW(script.model.parameters())
    for x, y in script.batches():
        if cleared:
            descent.zero_grad(set_to_none=clip)
        loss = F.cross_entropy(script.model(x), y)
        defined(step_code("forgot-zero-grad", 0), {"model": script.model, "torch": torch})
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(script.model.parameters(), 0.1)
        descent.step()
    said = capsys.readouterr().out.split()
    assert said == ["False", *["False" if cleared else "True"] * 3]


def test_two_backward_calls_on_one_module():
    """Twice the gradient; half of it remains if it is cleared."""
    replicates = range(2)
    assert torch.allclose(
        second_backward(Replicates("second_backward", replicates))["ratio"], torch.tensor(2.0)
    )
    sound = second_backward(Replicates("second_backward", replicates), cleared="after")
    assert (sound["left"] == 0).all()
    assert torch.allclose(sound["ratio"], torch.tensor(1.0))


def test_an_infinite_gradient_that_is_not_cleared_stops_grad_scaler():
    """The scale is halved at this step, and without `zero_grad` at each of the 16 later ones."""
    stuck = lasting_overflow(Replicates("lasting_overflow", range(2)))
    sound = lasting_overflow(Replicates("lasting_overflow", range(2)), cleared=True)
    assert stuck["skipped"].tolist() == [1, 1]
    assert stuck["fell"].tolist() == [2**17, 2**17]
    assert sound["skipped"].tolist() == [0, 0]
    assert sound["fell"].tolist() == [2, 2]


def test_micro_batches_of_one_example_against_a_loop():
    """With 64 parts each part is one example; undivided they are 64 times the mean."""
    told = micro_batches(Replicates("micro_batches", range(2)), parts=64, divide="nothing")
    assert torch.allclose(told["ratio"], torch.tensor(64.0, dtype=torch.float64))
    assert torch.allclose(told["difference"], torch.tensor(63.0, dtype=torch.float64))
