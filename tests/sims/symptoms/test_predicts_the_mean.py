"""The regressions against plain loops and PyTorch's layers, and the code that the page prints."""

import math
from typing import get_args, get_type_hints

import pytest
import torch
from sims.symptoms.column_targets import column_targets
from sims.symptoms.flat_regression import flat_regression
from sims.symptoms.sequence_regression import Reader, sequence_regression
from tests.sims.printed import defined, part_code, step_code
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.regressors import (
    MISTAKES,
    Regressor,
    few_rows,
    glance,
    linear_r2,
    regressors,
    rows_of,
)
from dlfaq.sim.setups import Setup


def measure(count=2, **settings):
    """A few replicates."""
    return flat_regression(Replicates("flat_regression", range(count)), **settings)


def plain_of(net, i=0, output=nn.Identity):
    """One of the stacked networks as ordinary modules."""
    model = Regressor(mlp(10, [32, 32], 1)[:-1], 32, output())
    model.load_state_dict({name: w[i].detach() for name, w in net.weights().items()})
    return nn.Sequential(model.body, model.head, model.output)


def made(mistake, number=1):
    """The rows and networks of one replicate."""
    draws = Replicates("flat_regression", [number])
    wrong = MISTAKES[mistake]
    rows = rows_of(draws, "diabetes", wrong)
    return draws, rows, regressors(draws, Setup(), rows, wrong)


def test_every_mistake_can_be_asked_for():
    """The parameter's values are the library's records, and each has a place."""
    assert set(get_args(get_type_hints(flat_regression)["mistake"])) == set(MISTAKES)
    assert all(one.says and (one.places or name == "none") for name, one in MISTAKES.items())


@pytest.mark.parametrize("mistake", ["none", "column", "raw-targets", "decay"])
def test_a_run_is_a_plain_loop(mistake):
    """Replicate 1 alone, as an ordinary script would train it with F.mse_loss."""
    measured = measure(mistake=mistake, steps=40)
    draws, rows, net = made(mistake)
    model = plain_of(net)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=0.001, weight_decay=30 if mistake == "decay" else 0.01
    )
    for index in draws.batches("batches", 200, 32, 40)[0]:
        p, y = model(rows.x[0, index]), rows.y[0, index]
        table = (p - y if mistake == "column" else p[:, 0] - y).square()  # (N, N) or (N,)
        optimizer.zero_grad()
        table.mean().backward()
        optimizer.step()
    x, y = rows.open_test()
    with torch.no_grad():
        told = model(x[0])[:, 0]
    r2 = 1 - ((told - y[0]).square().mean() / y[0].var(correction=0)).item()
    off = ((told.mean() - rows.y[0].mean()) / rows.y[0].std()).item()
    assert measured["r2"][1].item() == pytest.approx(max(r2, -10), abs=2e-3)
    assert measured["from_mean"][1].item() == pytest.approx(off, abs=2e-3)
    assert measured["spread"][1].item() == pytest.approx((told.std() / y[0].std()).item(), abs=2e-3)
    match = torch.corrcoef(torch.stack([told, y[0]]))[0, 1].item()
    assert measured["match"][1].item() == pytest.approx(match, abs=5e-3)


def printed():
    """The functions that the page prints."""
    look, code = part_code("predicts-the-mean", "look")
    names = {"torch": torch, "nn": nn, "F": F}
    return defined(look, dict(names), until="print") | defined(code, dict(names), until="fresh")


@pytest.mark.parametrize(
    ("mistake", "word"),
    [
        ("none", "nothing"),
        ("tiny-inputs", "inputs"),
        ("no-inputs", "inputs"),
        ("sigmoid", "output"),
        ("raw-targets", "targets"),
        ("dead", "hidden"),
        ("shuffled", "nothing"),
    ],
)
def test_the_printed_look_says_what_the_library_says(mistake, word):
    """On an untrained network; a saturated sigmoid is one that was trained."""
    _, rows, net = made(mistake)
    if mistake == "sigmoid":
        with torch.no_grad():
            net.weights()["head.bias"].fill_(20)
    model = plain_of(net, output=MISTAKES[mistake].output)
    with torch.no_grad():
        found = glance(net(rows.x), rows.x, rows.y)
    said = printed()["look"](model, model[1], rows.x[0], rows.y[0][:, None])
    assert said == word
    assert next((name for name, yes in found.items() if yes[0]), "nothing") == word
    assert printed()["look"](model, model[1], rows.x[0], rows.y[0]) == "shapes"


def test_the_printed_checks_look_at_each_column():
    """Targets of two columns whose means differ: a constant for each does not count as learnt."""
    torch.manual_seed(0)
    names, x = printed(), torch.randn(200, 8)
    y = torch.randn(200, 2) + torch.tensor([0.0, 10.0])
    dead = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    nn.init.constant_(dead[0].bias, -100.0)
    code = step_code("predicts-the-mean", 0).replace("print(p.std(0)", "said = (p.std(0)")
    spread, _ = defined(code, {"model": dead, "x": x, "y": y, "torch": torch})["said"]
    assert spread.tolist() == pytest.approx([0, 0], abs=1e-5)
    assert names["look"](dead, dead[2], x, y) == "hidden"
    assert names["ten"](dead, x, y, 0.1, 0.0, steps=300) > 0.8
    assert names["linear_r2"](x, y) < 0.1


def test_the_printed_ten_rows_and_linear_regression_are_those_of_the_library():
    """At the script's rate, a hundredth of it and 100 times it."""
    _, rows, net = made("none")

    def error(outputs, y):
        return (outputs[..., 0] - y).square().mean(1)

    how = {"optimizer": "adamw", "decay": 0.01, "decay_all": True}
    learnt = few_rows(net, rows, 60, error, 0.001, **how)[:, 0]
    x, y = rows.x[0], rows.y[0][:, None]
    names = printed()
    for rate, value in zip((1e-5, 1e-3, 1e-1), learnt, strict=True):
        told = names["ten"](plain_of(net), x, y, rate, 0.01, steps=61)
        assert told * 10 / 9 == pytest.approx(value.item(), rel=0.02, abs=1e-3)  # unbiased variance
    assert names["linear_r2"](x, y) == pytest.approx(linear_r2(rows.x, rows.y)[0].item(), abs=1e-3)


def test_shuffled_pairs_keep_inputs_and_targets():
    """Only their order differs, and the test rows are right."""
    _, sound, _ = made("none")
    _, wrong, _ = made("shuffled")
    assert torch.equal(sound.x, wrong.x)
    assert torch.equal(sound.y.sort().values, wrong.y.sort().values)
    assert (sound.y != wrong.y).float().mean() > 0.9
    assert torch.equal(sound.open_test()[1], wrong.open_test()[1])


@pytest.mark.parametrize("mistake", ["none", "time-first"])
def test_the_reader_is_pytorchs_lstm(mistake):
    """Without batch_first it runs over the examples."""
    torch.manual_seed(0)
    reader = Reader("lstm", 3, 4, mistake)
    layer = nn.LSTM(3, 4, batch_first=mistake == "none")
    layer.load_state_dict({f"{name}_l0": w for name, w in reader.read.state_dict().items()})
    x = torch.randn(6, 5, 3)
    torch.testing.assert_close(reader(x), reader.answer(layer(x)[0][:, -1]))


def test_a_detached_state_changes_the_gradient_only():
    """The same numbers; only the last step's input has a gradient."""
    torch.manual_seed(0)
    sound, cut = Reader("gru", 2, 4, "none"), Reader("gru", 2, 4, "detached")
    cut.load_state_dict(sound.state_dict())
    x = torch.randn(3, 5, 2, requires_grad=True)
    torch.testing.assert_close(sound(x), cut(x))
    (gradient,) = torch.autograd.grad(cut(x).sum(), x)
    assert (gradient[:, :-1] == 0).all()
    assert (gradient[:, -1] != 0).all()


def test_the_map_counts_steps():
    """One of five of its own steps, and others only with swapped axes."""
    for mistake, own, others in [("none", 1, 0), ("time-first", 0.2, 1), ("detached", 0.2, 0)]:
        found = sequence_regression(
            Replicates("sequence_regression", range(2)), mistake=mistake, steps=2
        )
        assert found["own"].tolist() == pytest.approx([own] * 2)
        assert found["others"].tolist() == [others] * 2


def test_the_gradient_of_a_table_by_hand():
    """For squared error it is 2 (p - mean of y) / N; the mean's own gap is 0."""
    found = column_targets(Replicates("column_targets", range(3)), loss="mse")
    assert found["gap"].max() < 1e-12
    assert found["warned"].tolist() == [1] * 3
    same = column_targets(Replicates("column_targets", range(3)), loss="mse", shape="column")
    p = Replicates("column_targets", range(3)).normal("outputs", 32, 1, dtype=torch.float64)
    y = Replicates("column_targets", range(3)).uniform("targets", 32, 1, dtype=torch.float64)
    gap = (y - y.mean(1, keepdim=True)).norm(dim=1) / (p - y.mean(1, keepdim=True)).norm(dim=1)
    torch.testing.assert_close(same["gap"].double(), gap[:, 0], rtol=1e-5, atol=0)
    assert math.isclose(same["warned"].sum().item(), 0)
