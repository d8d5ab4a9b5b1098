"""Both modes against an ordinary network, and the printed code on broken ones."""

import re

import pytest
import torch
from sims.symptoms.wrong_mode import wrong_mode
from tests.sims.printed import defined, part_code, step_code
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.setups import Network
from dlfaq.sim.training_data import load

STEPS = 30


def measure(count=2, **settings):
    """A few replicates."""
    return wrong_mode(Replicates("wrong_mode", range(count)), steps=STEPS, **settings)


class Trained:
    """Replicate 1 as an ordinary script has it."""

    def __init__(self, momentum: float = 0.1, frozen_after: int = STEPS) -> None:
        drawn = Replicates("wrong_mode", [1])
        self.data = load(drawn, valid=200, own=True)
        whole = mlp(64, [32, 32], 10, norm="batch")
        stacked = drawn.stack("net", lambda: _network(mlp(64, [32, 32], 10, norm="batch")))
        self.model = _network(whole)
        state = dict(self.model.named_parameters())
        with torch.no_grad():
            for name, weight in stacked.weights().items():
                state[name].copy_(weight[0])
        for module in self.model.modules():
            if isinstance(module, nn.BatchNorm1d):
                module.momentum = momentum
        self.order = drawn.permutation("order", 597)[0]
        descent = torch.optim.AdamW(
            [{"params": [w], "weight_decay": 0.01 * (w.dim() > 1)} for w in state.values()],
            lr=0.005,
        )
        for step, rows in enumerate(drawn.batches("batches", 1000, 32, STEPS)[0]):
            self.model.train(step < frozen_after)
            descent.zero_grad()
            F.cross_entropy(self.model(self.data.x[0, rows]), self.data.y[0, rows]).backward()
            descent.step()

    @torch.no_grad()
    def right(self, *, training: bool, size: int) -> float:
        """Share of the test images that fill batches, in the order of the simulation."""
        x, y = (part[0][self.order] for part in self.data.test_part)
        whole = len(y) // size * size
        self.model.train(training)
        guesses = [self.model(part).argmax(1) for part in x[:whole].split(size)]
        return (torch.cat(guesses) == y[:whole]).double().mean().item()


def _network(whole: nn.Sequential) -> Network:
    return Network(whole[:-1], whole[-1])


@pytest.mark.parametrize("size", [8, 64])
def test_both_modes_are_those_of_an_ordinary_network(size):
    """With its own loop."""
    told, script = measure(test_batch=size), Trained()
    assert told["right"][1].item() == pytest.approx(
        script.right(training=False, size=size), abs=0.01
    )
    assert told["forgotten"][1].item() == pytest.approx(
        script.right(training=True, size=size), abs=0.015
    )


def test_training_in_evaluation_mode_is_that_of_an_ordinary_network():
    """From step 5 on."""
    told, script = measure(frozen_after=5), Trained(frozen_after=5)
    assert told["right"][1].item() == pytest.approx(script.right(training=False, size=32), abs=0.01)


@pytest.mark.parametrize("averaged", ["shuffled", "sorted"])
def test_recomputed_statistics_are_those_of_update_bn(averaged):
    """In batches of 32, in the order of the simulation."""
    told, script = measure(momentum=0.001, averaged=averaged), Trained(momentum=0.001)
    before = script.right(training=False, size=32)
    order = Replicates("wrong_mode", [1]).permutation("mixed", 1000)[0]
    order = script.data.y[0].argsort() if averaged == "sorted" else order
    rows = TensorDataset(script.data.x[0, order], script.data.y[0, order])
    torch.optim.swa_utils.update_bn(DataLoader(rows, batch_size=32), script.model)
    after = script.right(training=False, size=32)
    assert told["right"][1].item() == pytest.approx(before, abs=0.02)
    assert told["repaired"][1].item() == pytest.approx(after, abs=0.01)
    assert after > before + 0.05


def test_without_noise_or_batches_the_mode_does_nothing():
    """Layer normalization, no dropout."""
    told = measure(norm="layer")
    assert torch.equal(told["right"], told["forgotten"])
    assert (told["gap"] == 0).all()
    assert (measure(norm="layer", dropout=0.5)["repeated"] > 0).all()


def test_validation_in_training_mode_moves_the_statistics():
    """In sorted batches; the weights stay, so the repaired networks are equal."""
    sound, moved = measure(), measure(validated="sorted")
    assert torch.equal(sound["repaired"], moved["repaired"])
    assert (sound["right"] != moved["right"]).all()


# --- the code that the page prints ---------------------------------------------------------------


def test_the_printed_comparison_shows_a_lag_and_accuses_no_sound_network(capsys):
    """On training images, in batches of 40."""
    code = part_code("forgot-eval-mode", "worse")[0]
    for momentum, lags in ((0.1, False), (0.001, True)):
        script = Trained(momentum)
        loader = DataLoader(TensorDataset(script.data.x[0], script.data.y[0]), batch_size=40)
        defined(code, {"torch": torch, "nn": nn, "model": script.model, "loader": loader})
        assert (float(capsys.readouterr().out) > 0.02) == lags


@pytest.mark.parametrize(
    ("layer", "training", "said"),
    [
        (nn.Dropout(0.5), True, (True, True)),
        (nn.BatchNorm1d(8), True, (False, True)),
        (nn.LayerNorm(8), True, (False, False)),
        (nn.BatchNorm1d(8), False, (False, False)),
        (nn.BatchNorm1d(8, track_running_stats=False), False, (False, True)),
    ],
)
def test_the_printed_questions_tell_the_layers_apart(layer, training, said, capsys):
    """Twice, and beside a copy."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 8), layer).train(training)
    defined(step_code("forgot-eval-mode", 0), {"model": model})
    assert (capsys.readouterr().out.strip() == "[]") != training
    inputs = {"torch": torch, "model": model, "x": torch.randn(16, 8)}
    defined(step_code("forgot-eval-mode", 2), inputs)
    numbers = re.findall(r"tensor\((.*?)\)", capsys.readouterr().out)
    assert tuple(float(number) > 1e-5 for number in numbers) == said


class Listed(nn.Module):
    """Its BatchNorm stands in a plain list, which `eval()` does not reach."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.BatchNorm1d(8)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers[0](x)


class Function(nn.Module):
    """Its statistics are always those of the batch."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.batch_norm(x, None, None, training=True)


@pytest.mark.parametrize("make", [Listed, Function])
def test_batchnorm_that_does_not_follow_eval_differs_beside_a_copy_only(make, capsys):
    """The list of the first step is empty, and two calls are the same."""
    torch.manual_seed(0)
    model = make().eval()
    defined(step_code("forgot-eval-mode", 0), {"model": model})
    assert capsys.readouterr().out.strip() == "[]"
    inputs = {"torch": torch, "model": model, "x": torch.randn(16, 8)}
    defined(step_code("forgot-eval-mode", 2), inputs)
    twice, company = re.findall(r"tensor\((.*?)\)", capsys.readouterr().out)
    assert float(twice) < 1e-5 < float(company)


def test_a_single_example_is_an_error_in_training_mode():
    """As the page quotes it."""
    with pytest.raises(ValueError, match="Expected more than 1 value per channel when training"):
        nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8))(torch.randn(1, 8))
