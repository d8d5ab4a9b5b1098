"""The checks against plain loops, the list of faults, and the printed code on plain modules."""

import copy
import math
from typing import get_args, get_type_hints

import pytest
import torch
from sims.symptoms.first_checks import EXPECTED, first_checks
from tests.sims.printed import defined, part_code
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from dlfaq.sim import Replicates
from dlfaq.sim.faults import FAULTS
from dlfaq.sim.setups import Setup
from dlfaq.sim.training_data import load


def measure(count=4, **settings):
    """A few replicates."""
    return first_checks(Replicates("first_checks", range(count)), **settings)


def test_every_fault_can_be_asked_for_and_has_a_check_that_should_name_it():
    """The parameter's values, the library's records and the table of checks agree."""
    names = get_args(get_type_hints(first_checks)["fault"])
    assert set(names) == set(FAULTS) == {"none", *EXPECTED}
    assert all(fault.says for fault in FAULTS.values())


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_one_batch_and_the_run_are_plain_loops(optimizer):
    """Replicate 1 alone, as an ordinary script would train it."""
    measured = measure(optimizer=optimizer, steps=40)
    drawn = Replicates("first_checks", [1])
    data = load(drawn, "digits", own=True)
    net = drawn.stack("net", _like_the_setup)
    model = _like_the_setup()
    model.load_state_dict({name: w[0] for name, w in net.weights().items()})
    start = {name: w.clone() for name, w in model.state_dict().items()}
    rate = Setup(optimizer=optimizer).rate
    kind = torch.optim.SGD if optimizer == "sgd" else torch.optim.AdamW

    def step(descent, x, y):
        loss = F.cross_entropy(model(x), y)
        descent.zero_grad()
        loss.backward()
        descent.step()
        return loss.item()

    x, y = data.x[0], data.y[0]
    descent = kind(model.parameters(), lr=rate)
    step(descent, x[:16], y[:16])
    moved = sum((w - start[name]).norm() ** 2 for name, w in model.state_dict().items()) ** 0.5
    size = sum(w.norm() ** 2 for w in start.values()) ** 0.5
    for _ in range(38):
        step(descent, x[:16], y[:16])
    fitted = step(descent, x[:16], y[:16])
    model.load_state_dict(start)
    descent = kind(model.parameters(), lr=rate)
    order = drawn.batches("batches", 1200, 32, 20)[0]
    losses = [step(descent, x[rows], y[rows]) for rows in order]
    test_x, test_y = data.open_test()
    right = (model(test_x[0]).argmax(1) == test_y[0]).double().mean().item()

    assert measured["update"][1].item() == pytest.approx((moved / size).item(), rel=1e-3)
    assert measured["fitted"][1].item() == pytest.approx(fitted, rel=1e-2)
    reached = sum(losses[-10:]) / 10 / math.log(10)
    assert measured["reached"][1].item() == pytest.approx(reached, rel=1e-2)
    assert measured["accuracy"][1].item() == pytest.approx(right, abs=0.01)


def _like_the_setup() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10)
    )


def test_the_count_of_steps_begins_at_the_first_loss_below_the_bound():
    """With a bound above every loss none is needed; with one of 0 all are."""
    assert (measure(steps=20, low=100.0)["needed"] == 0).all()
    assert (measure(steps=20, low=0.0)["needed"] == 20).all()


def test_wrong_labels_are_those_of_other_examples():
    """With all labels wrong the run learns nothing; with none it is the sound script."""
    assert measure(wrong=1.0, steps=100)["accuracy"].mean() < 0.25
    sound, few = measure(steps=100), measure(wrong=1e-9, steps=100)
    torch.testing.assert_close(sound["reached"], few["reached"])
    half = measure(wrong=0.5, steps=100)
    assert sound["reached"].mean() < half["reached"].mean() < 1


def test_a_run_of_shuffled_labels_is_measured_on_right_test_labels():
    """What it recognizes is about a tenth, and the sound script most."""
    assert measure(fault="shuffled-once", steps=100)["accuracy"].mean() < 0.25
    assert measure(steps=100)["accuracy"].mean() > 0.75


# --- the code that the page prints, on ordinary modules ------------------------------------------


class Plain(nn.Module):
    """An ordinary network with a fault."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        torch.manual_seed(0)
        body = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
        self.body = [body] if fault == "unregistered" else nn.ModuleList([body])
        self.head = nn.Linear(32, 10)
        self.fault = fault
        body.requires_grad_(fault != "frozen")
        for weight in self.parameters() if fault == "zero-weights" else ():
            nn.init.zeros_(weight)

    def forward(self, x):
        x = x.T.reshape(x.shape) if self.fault == "mixed-examples" else x
        h = self.body[0](x)
        z = self.head(h.detach() if self.fault == "cut-middle" else h)
        if self.fault == "relu-output":
            return z.relu()
        return z.softmax(-1) if self.fault == "softmax-twice" else z


def the_code(answer: str = "loss-not-decreasing", part: str = "checks") -> str:
    """What an answer prints; by default, the six checks."""
    return "\n".join(part_code(answer, part))


def printed(fault: str) -> str:
    """What the code says of a script with this fault."""
    model = Plain(fault)
    data = load(Replicates("printed", [0]), scale="raw" if fault == "bytes" else "standard")
    x, y = data.x[0, :64] * (255 / 16 if fault == "bytes" else 1), data.y[0, :64]
    x = torch.zeros_like(x) if fault == "constant-inputs" else x
    rate = 0.005 * {"rate-low": 1 / 3000, "rate-high": 300}.get(fault, 1)
    held = Plain("none") if fault == "other-parameters" else model
    optimizer = torch.optim.AdamW(held.parameters(), lr=rate)
    names = {
        "F": F, "model": model, "nn": nn, "optimizer": optimizer, "torch": torch, "x": x, "y": y,
        "loader": DataLoader(TensorDataset(x, y), 16), "loss_fn": nn.CrossEntropyLoss(),
    }  # fmt: skip
    defined(the_code(), names)

    def train_step(x, y):
        if fault == "shuffled-steps":
            x = x[torch.randperm(len(x))]
        if fault != "no-zero-grad":
            optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        if fault == "cut-loss":
            loss = loss.detach().requires_grad_()
        loss.backward()
        optimizer.step()
        return loss

    if fault != "none":  # the printed run has trained the model
        names["model"] = model = Plain(fault)
        held = Plain("none") if fault == "other-parameters" else model
        optimizer = names["optimizer"] = torch.optim.AdamW(held.parameters(), lr=rate)
        names["train_step"] = train_step
    else:
        model.load_state_dict(Plain("none").state_dict())
        optimizer = names["optimizer"] = torch.optim.AdamW(model.parameters(), lr=rate)
    return names["check"](x, y)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_printed_code_names_the_fault_on_plain_modules(fault, capsys):
    """By the number of the check, as the table of the page says; a sound script passes all."""
    assert printed(fault)[0] == str(EXPECTED.get(fault, 6))


def script(dropout: float = 0.0) -> dict:
    """What the code defines, and a sound script on standardized digits."""
    torch.manual_seed(0)
    model = nn.Sequential(_like_the_setup()[:-1], nn.Dropout(dropout), nn.Linear(32, 10))
    data = load(Replicates("printed", [0]))
    x, y = data.x[0, :64], data.y[0, :64]
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005)
    names = {
        "model": model, "optimizer": optimizer, "torch": torch, "x": x, "y": y,
        "loss_fn": nn.CrossEntropyLoss(),
    }  # fmt: skip
    defined(the_code(), names)
    return names


@pytest.mark.parametrize("to_none", [True, False])
def test_the_printed_code_lets_zero_grad_be_the_last_line(to_none, capsys):
    """Gradients are read where the optimizer reads them, so that it may delete them afterwards."""
    names = script()

    def train_step(x, y):
        loss = F.cross_entropy(names["model"](x), y)
        loss.backward()
        names["optimizer"].step()
        names["optimizer"].zero_grad(set_to_none=to_none)
        return loss

    names["train_step"] = train_step
    assert names["check"](names["x"], names["y"])[0] == "6"


def test_the_printed_code_notices_a_step_that_is_never_taken(capsys):
    """Nobody calls the optimizer."""
    names = script()

    def train_step(x, y):
        names["optimizer"].zero_grad()
        loss = F.cross_entropy(names["model"](x), y)
        loss.backward()
        return loss

    names["train_step"] = train_step
    assert names["check"](names["x"], names["y"])[0] == "4"


@pytest.mark.parametrize("zeroed", [True, False])
def test_the_printed_code_leaves_the_script_as_it_was(zeroed, capsys):
    """Weights, the optimizer's state and rate, and dropout, if all checks pass or one fails."""
    names = script(dropout=0.5)
    model, optimizer, x, y = (names[name] for name in ("model", "optimizer", "x", "y"))

    def train_step(x, y):
        if zeroed:
            optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    names["train_step"] = train_step
    for _ in range(3):
        train_step(x, y)
    before = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    assert names["check"](x, y)[0] == ("6" if zeroed else "3")
    assert model[1].p == 0.5
    after = model.state_dict(), optimizer.state_dict()
    torch.testing.assert_close(after, before, rtol=0, atol=0)
    assert not optimizer._optimizer_step_pre_hooks


class Power(nn.Module):
    """A layer with a number `p` that is no dropout, as in generalized-mean pooling."""

    p = 3.0

    def forward(self, x):
        return self.p * x


def test_the_printed_code_leaves_other_numbers_and_needs_no_optimizer_for_the_inputs(capsys):
    """A layer's own `p` keeps its value; inputs may require gradients."""
    names = script(dropout=0.5)
    names["model"].append(Power())
    names["x"].requires_grad_()
    names["optimizer"] = torch.optim.AdamW(names["model"].parameters(), lr=0.005)
    assert names["check"](names["x"], names["y"])[0] == "6"
    assert names["model"][1].p == 0.5


def test_the_printed_loop_sets_dropout_to_0():
    """In layers of its own, in recurrent layers, and in attention."""
    model = nn.ModuleList(
        [
            nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.3)),
            nn.LSTM(8, 8, num_layers=2, dropout=0.4),
            nn.TransformerEncoderLayer(8, 2, 16, dropout=0.2),
            nn.TripletMarginLoss(p=2.0),
        ]
    )
    defined(the_code("overfit-one-batch", "settings"), {"model": model, "nn": nn})
    left = [
        getattr(m, name)
        for m in model.modules()
        for name in ("p", "dropout")
        if isinstance(getattr(m, name, None), float)
    ]
    assert left == [0.0] * 6 + [2.0]
    assert model[2].training
