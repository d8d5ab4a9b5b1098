"""A second softmax against ordinary PyTorch scripts, and the printed test on them."""

import math

import pytest
import torch
from sims.symptoms.second_softmax import second_softmax
from tests.sims.printed import defined, step_code
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.setups import Setup
from dlfaq.sim.training_data import load

ENDINGS = {  # what the script adds to its network, and its loss
    "logits": (nn.Identity(), F.cross_entropy),
    "softmax": (nn.Softmax(1), F.cross_entropy),
    "log_softmax": (nn.LogSoftmax(1), F.cross_entropy),
    "nll-softmax": (nn.Softmax(1), F.nll_loss),
}
SHOWN = {**ENDINGS, "sigmoid": (nn.Sigmoid(), F.cross_entropy)}


def measure(count=3, **settings):
    """A few replicates."""
    return second_softmax(Replicates("second_softmax", range(count)), **settings)


def script(ending: nn.Module, steps: int) -> tuple:
    """Replicate 1 as an ordinary script has it: its model, its data, its batches' rows."""
    drawn = Replicates("second_softmax", [1])
    data = load(drawn, valid=200, own=True)
    net = Setup().network(drawn, data)
    model = nn.Sequential(
        nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10), ending
    )
    with torch.no_grad():
        for one, other in zip(model.parameters(), net.parameters(), strict=True):
            one.copy_(other[0])
    return model, data, drawn.batches("batches", len(data), 32, steps)[0]


@pytest.mark.parametrize("name", ENDINGS)
def test_it_is_an_ordinary_script(name):
    """Ten steps of SGD: the mean loss, the lowest, the first gradient and the test accuracy."""
    ending, loss_fn = ENDINGS[name]
    told = measure(ending=name, steps=10)
    model, data, order = script(ending, 10)
    descent = torch.optim.SGD(model.parameters(), lr=0.2)
    losses, pulls = [], []
    for rows in order:
        descent.zero_grad()
        loss = loss_fn(model(data.x[0, rows]), data.y[0, rows])
        loss.backward()
        pulls.append(nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        descent.step()
        losses.append(loss.item())
    x, y = data.open_test()
    outputs = model(x[0])
    right = (outputs.argmax(1) == y[0]).double().mean().item()
    sure = outputs.softmax(1).amax(1).mean().item()
    assert told["reached"][1].item() == pytest.approx(sum(losses) / 10, rel=1e-3)
    assert told["least"][1].item() == pytest.approx(min(losses), rel=1e-3)
    assert told["pull"][1].item() == pytest.approx(pulls[0], rel=1e-3)
    assert told["accuracy"][1].item() == pytest.approx(right, abs=0.005)
    assert told["confidence"][1].item() == pytest.approx(sure, rel=1e-3)


def test_the_floor_is_the_loss_of_the_surest_right_answer():
    """One-hot outputs through cross-entropy."""
    for data, k in (("wine", 3), ("digits", 10), ("pairs", 100)):
        told = measure(1, data=data, steps=1)
        surest = F.cross_entropy(torch.eye(k, dtype=torch.float64), torch.arange(k)).item()
        assert told["floor"].item() == pytest.approx(surest)
        assert told["classes"].item() == k


@pytest.mark.parametrize("ending", ["logit", "sigmoid"])
def test_two_classes_have_the_loss_of_pytorch(ending):
    """At rate 0 the mean loss is that of the untrained network; the threshold is read as said."""
    told = measure(1, ending=ending, data="cancer", times=0.0, steps=1, threshold=0.6)
    drawn = Replicates("second_softmax", [0])
    data = load(drawn, "cancer", valid=200, own=True)
    net = Setup(dataset="cancer").network(drawn, data)
    rows = drawn.batches("batches", len(data), 32, 1)[0, 0]

    def outputs(x):
        z = net(x)[0].detach()
        one = z[:, 1] - z[:, 0]
        return one.sigmoid() if ending == "sigmoid" else one

    loss = nn.BCEWithLogitsLoss()(outputs(data.x[:, rows]), data.y[0, rows].float())
    x, y = data.open_test()
    said = outputs(x).sigmoid() > 0.6
    assert told["reached"].item() == pytest.approx(loss.item(), rel=1e-4)
    assert told["thresholded"].item() == pytest.approx((said == y[0]).double().mean().item())


def test_pairs_are_two_digits_side_by_side():
    """The label's first figure is recognized from the left half."""
    told = measure(1, ending="logits", data="pairs", optimizer="adamw")
    assert told["accuracy"].item() > 0.5
    assert told["picked"].item() == 1


def test_a_tuned_run_is_that_of_the_rate_it_picked():
    """It is found alone, too."""
    tuned = measure(1, tune=True, steps=50)
    alone = measure(1, times=tuned["picked"].item(), steps=50)
    assert tuned["accuracy"].item() == pytest.approx(alone["accuracy"].item(), abs=0.005)
    assert tuned["reached"].item() == pytest.approx(alone["reached"].item(), rel=1e-2)


@pytest.mark.parametrize("name", ["logits", "softmax", "log_softmax", "sigmoid"])
def test_the_printed_test_tells_the_endings_apart(name, capsys):
    """It says of each ending whether it is there; only probabilities lie from 0 to 1."""
    model, data, _ = script(SHOWN[name][0], 1)
    defined(step_code("softmax-twice", 0), {"model": model, "x": data.x[0, :16], "torch": torch})
    said = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    assert said == {
        "log_softmax": str(name == "log_softmax"),
        "softmax": str(name == "softmax"),
        "all from 0 to 1": str(name in ("softmax", "sigmoid")),
    }


def test_the_printed_floor(capsys):
    """Of ten classes."""
    model, data, _ = script(nn.Softmax(1), 1)
    defined(step_code("softmax-twice", 1), {"model": model, "x": data.x[0, :16], "math": math})
    assert float(capsys.readouterr().out) == pytest.approx(1.4612, abs=1e-4)
