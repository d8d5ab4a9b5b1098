"""The ladder against a plain loop, its sum, and the printed code on plain modules."""

import pytest
import torch
from sims.symptoms.validation_better import EXPECTED, STEPS, validation_better
from tests.sims.plain import plain_mlp
from tests.sims.printed import defined, part_code
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from dlfaq.sim import Replicates
from dlfaq.sim.setups import Setup
from dlfaq.sim.training_data import load


def measure(count=2, **settings):
    """A few replicates."""
    return validation_better(Replicates("validation_better", range(count)), **settings)


@pytest.mark.parametrize("cause", EXPECTED)
def test_the_steps_of_the_ladder_lead_from_the_log_to_validation(cause):
    """Their sum is the whole difference, whatever the cause."""
    measured = measure(cause=cause, steps=20, examples=128, valid=50)
    total = sum(measured[name] for name in STEPS)
    assert torch.allclose(total, measured["logged"] - measured["valid_loss"], atol=1e-5)


@pytest.mark.parametrize("cause", ["penalty", "smoothing"])
def test_the_run_is_a_plain_loop(cause):
    """Replicate 1 alone, as an ordinary script would train it."""
    measured = measure(cause=cause, steps=12, examples=256, valid=100)
    drawn = Replicates("validation_better", [1])
    data = load(drawn, "digits", own=True, scale="unit").mapped(lambda x: (x - 0.3) / 0.38)
    model = plain_mlp(Setup().network(drawn, data).weights())
    optimizer = torch.optim.AdamW(model.parameters(), lr=Setup().rate)

    def objective(x, y):
        loss = F.cross_entropy(model(x), y, label_smoothing=0.1 * (cause == "smoothing"))
        squares = sum((model[i].weight ** 2).sum() for i in (0, 2, 4))
        return loss + 0.01 * (cause == "penalty") * squares

    losses = []
    for rows in drawn.batches("batches", 256, 32, 12)[0]:
        loss = objective(data.x[0, rows], data.y[0, rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    x, y = data.x[0, :256], data.y[0, :256]
    v, u = data.x[0, 256:356], data.y[0, 256:356]
    plain = F.cross_entropy(model(x), y).item()
    logged = sum(losses[-8:]) / 8  # 8 steps are an epoch
    assert measured["logged"][1].item() == pytest.approx(logged, rel=1e-3)
    assert measured["train_loss"][1].item() == pytest.approx(plain, rel=1e-3)
    assert measured["valid_loss"][1].item() == pytest.approx(
        F.cross_entropy(model(v), u).item(), rel=1e-3
    )
    assert measured["extra"][1].item() == pytest.approx(objective(x, y).item() - plain, rel=1e-2)


def test_validation_of_easy_classes_has_no_other():
    """Weighted by its classes, the training loss counts only five of them."""
    easy, all_of_them = measure(cause="easy-classes", steps=20), measure(steps=20)
    assert torch.equal(easy["train_loss"], all_of_them["train_loss"])
    assert (easy["mix"] > all_of_them["mix"]).all()


# --- the code that the page prints, on ordinary modules ------------------------------------------


def test_the_printed_ladder_names_dropout(capsys):
    """On a trained network with dropout the fourth line is the largest."""
    torch.manual_seed(0)
    data = load(Replicates("printed", [0]))
    x, y = data.x[0, :600], data.y[0, :600]
    held = DataLoader(TensorDataset(data.x[0, 600:900], data.y[0, 600:900]), 50)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005)
    loader = DataLoader(TensorDataset(x, y), 50, shuffle=True)
    for _ in range(5):
        losses = []
        for a, b in loader:
            loss = F.cross_entropy(model(a), b)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    names = {"F": F, "torch": torch, "model": model, "loader": loader, "loss_fn": F.cross_entropy}
    defined(part_code("val-better-than-train", "ladder")[0], names)
    capsys.readouterr()
    logged = sum(losses) / len(losses)
    names["ladder"](logged, F.cross_entropy, loader, loader, held)
    lines = capsys.readouterr().out.splitlines()
    assert max(lines, key=lambda line: float(line.split()[0])).endswith("dropout or BatchNorm")
