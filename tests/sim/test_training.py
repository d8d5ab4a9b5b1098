"""The kit against the plain loop of one network, and against leaks of the test part."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.losses import capped, square_error
from dlfaq.sim.nets import mlp
from dlfaq.sim.optimizers import grid
from dlfaq.sim.rates import shares
from dlfaq.sim.training import descend, train
from dlfaq.sim.training_data import Data, load

PLAIN = {
    "sgd": lambda p, lr, **k: torch.optim.SGD(p, lr=lr, **k),
    "momentum": lambda p, lr, **k: torch.optim.SGD(p, lr=lr, momentum=0.9, **k),
    "nesterov": lambda p, lr, **k: torch.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True, **k),
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}
LR = {"sgd": 0.1, "momentum": 0.03, "nesterov": 0.03, "adagrad": 0.03}  # of the others: 0.003
STEPS, BATCH = 12, 16


def setting(numbers=range(3), norm="none", valid=100, data="digits"):
    """Data, networks, batches, and the same networks as ordinary modules.

    All in float64: adaptive optimizers make whole steps of what is rounding noise in float32,
    such as the gradient of a bias in front of batch normalization.
    """
    replicates = Replicates("kit", numbers)
    loaded = load(replicates, data, valid=valid)
    loaded = Data(
        (loaded.x.double(), loaded.y), (loaded.test_part[0].double(), loaded.test_part[1]),
        (loaded.x_valid.double(), loaded.y_valid), loaded.classes,
    )  # fmt: skip
    alone = []

    def make() -> nn.Module:
        net = mlp(loaded.features, [12, 12], loaded.classes, norm=norm).double()
        alone.append(copy.deepcopy(net))
        return net

    net = replicates.stack("net", make)
    return loaded, net, replicates.batches("batches", len(loaded), BATCH, STEPS), alone


def plain_loop(net, x, y, batches, optimizer, *, clip=0.0, share=None):
    """One network, one optimizer, one loop; the batches' losses."""
    losses = []
    peaks = [group["lr"] for group in optimizer.param_groups]
    for step, index in enumerate(batches):
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * (share[step] if share else 1)
        loss = F.cross_entropy(net(x[index]), y[index])
        optimizer.zero_grad()
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(net.parameters(), clip)
        optimizer.step()
        losses.append(loss.detach())
    net.eval()
    return torch.stack(losses)


def same_networks(stacked, alone):
    for r, net in enumerate(alone):
        for name, weight in net.named_parameters():
            torch.testing.assert_close(stacked.weights()[name][r], weight, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("norm", ["none", "batch", "layer", "rms"])
@pytest.mark.parametrize("optimizer", sorted(PLAIN))
def test_every_optimizer_and_normalization_equals_the_plain_loop(optimizer, norm):
    """Weights, losses and, in evaluation mode, outputs on new rows."""
    data, net, batches, alone = setting(norm=norm)
    lr = LR.get(optimizer, 0.003)
    run = train(net, data, batches, optimizer=optimizer, lr=lr, decay_all=True)
    losses = [
        plain_loop(one, data.x[r], data.y[r], batches[r], PLAIN[optimizer](one.parameters(), lr))
        for r, one in enumerate(alone)
    ]

    torch.testing.assert_close(run.loss, torch.stack(losses), rtol=2e-4, atol=2e-5)
    same_networks(net, alone)
    x, _ = data.open_test()
    outputs = torch.stack([one(x[r]) for r, one in enumerate(alone)])
    torch.testing.assert_close(net(x), outputs, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    "schedule", ["constant", "linear", "cosine", "one-cycle", "cooldown", "drops", "inverse-sqrt"]
)
def test_every_schedule_equals_pytorchs_scheduler(schedule):
    """A scheduler that is stepped once a training step."""
    from dlfaq.sim.schedules import scheduler

    data, net, batches, alone = setting()
    train(net, data, batches, optimizer="momentum", lr=0.05, schedule=schedule)
    for r, one in enumerate(alone):
        descent = PLAIN["momentum"](one.parameters(), 0.05)
        rate = scheduler(descent, schedule, STEPS)
        for index in batches[r]:
            descent.zero_grad()
            F.cross_entropy(one(data.x[r][index]), data.y[r][index]).backward()
            descent.step()
            rate.step()

    same_networks(net, alone)


def test_warmup_rises_in_a_straight_line_to_the_schedules_peak():
    """From 1 / warmup to 1; the schedule has the steps that are left."""
    expected = [0.25, 0.4375, 0.625, 0.8125, *[1 - step / 8 for step in range(8)], 0, 0]

    assert shares("linear", 14, horizon=12, warmup=4) == pytest.approx(expected)
    assert shares("constant", 3, warmup=2) == pytest.approx([0.5, 0.75, 1])
    assert shares("one-cycle", 7, horizon=4)[5:] == [0, 0]
    assert shares("cosine", 0) == []


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_clipping_is_each_networks_own(optimizer):
    """As `clip_grad_norm_` does for one; the norms are those before clipping."""
    data, net, batches, alone = setting()
    run = train(net, data, batches, optimizer=optimizer, lr=0.01, clip=0.5)
    for r, one in enumerate(alone):
        plain_loop(
            one,
            data.x[r],
            data.y[r],
            batches[r],
            PLAIN[optimizer](one.parameters(), 0.01),
            clip=0.5,
        )

    same_networks(net, alone)
    assert run.norm.shape == (3, STEPS)
    assert (run.norm > 0.5).any()


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("norm", ["none", "layer"])
def test_weights_decay_but_biases_and_normalizations_do_not(optimizer, norm):
    """Two parameter groups of an ordinary optimizer."""
    data, net, batches, alone = setting(norm=norm)
    train(net, data, batches, optimizer=optimizer, lr=0.05, decay=0.3)
    for r, one in enumerate(alone):
        matrices = [p for p in one.parameters() if p.dim() > 1]
        others = [p for p in one.parameters() if p.dim() == 1]
        groups = [
            {"params": matrices, "weight_decay": 0.3},
            {"params": others, "weight_decay": 0.0},
        ]
        plain_loop(one, data.x[r], data.y[r], batches[r], PLAIN[optimizer](groups, 0.05))

    same_networks(net, alone)


@pytest.mark.parametrize("optimizer", sorted(PLAIN))
def test_rates_side_by_side_are_rates_one_after_another(optimizer):
    """The rate with the best validation accuracy; everything reported is that rate's."""
    rates = [0.003, 0.03, 0.3]
    data, net, batches, alone = setting(norm="batch")
    looks = {
        "look": lambda net: {"first": net.weights()["0.weight"].mean((1, 2))},
        "look_at": [0, 5, STEPS],
        "keep": True,
    }
    tuning = {"tune": True, "rates": rates, "decay_all": True}
    run = train(net, data, batches, optimizer=optimizer, **tuning, **looks)
    for r, one in enumerate(alone):
        tried = [copy.deepcopy(one) for _ in rates]
        found = []
        for lr, trained in zip(rates, tried, strict=True):
            descent = PLAIN[optimizer](trained.parameters(), lr)
            losses = plain_loop(trained, data.x[r], data.y[r], batches[r], descent)
            logits = trained(data.x_valid[r])
            right = (logits.argmax(1) == data.y_valid[r]).double().mean().item()
            loss = F.cross_entropy(logits, data.y_valid[r]).item()
            found.append((-right, loss, lr, losses, trained))
        right, loss, lr, losses, trained = min(found, key=lambda one: one[:2])

        assert run.rate[r] == lr
        assert run.inside[r] == (lr == 0.03)
        torch.testing.assert_close(run.loss[r], losses, rtol=2e-3, atol=2e-4)
        assert run.valid_accuracy[r, -1] == pytest.approx(-right)
        assert run.valid_loss[r, -1].item() == pytest.approx(loss, rel=2e-3)
        mean = trained[0].weight.mean().item()
        assert run.looks["first"][r, -1].item() == pytest.approx(mean, rel=1e-3, abs=1e-5)
    assert run.steps.tolist() == [0, 5, STEPS]
    x, _ = data.open_test()
    torch.testing.assert_close(run.nets[-1](x), net(x))


def test_a_rate_of_its_own_for_each_replicate():
    """As three loops with three rates."""
    data, net, batches, alone = setting()
    rates = torch.tensor([0.01, 0.1, 0.1])
    run = train(net, data, batches, lr=rates)
    for r, one in enumerate(alone):
        plain_loop(
            one, data.x[r], data.y[r], batches[r], PLAIN["sgd"](one.parameters(), rates[r].item())
        )

    same_networks(net, alone)
    torch.testing.assert_close(run.rate.float(), rates)


@pytest.mark.parametrize("tune", [False, True])
def test_a_network_that_diverges_harms_nobody(tune):
    """Its NaN stays its own; when tuned, a rate that diverges is not chosen."""
    data, net, batches, _ = setting()
    if tune:
        run = train(net, data, batches, tune=True, rates=[0.1, 1e8])
        assert run.rate.tolist() == [0.1] * 3
        assert run.survived.all()
        assert run.loss.isfinite().all()
        return
    run = train(net, data, batches, lr=torch.tensor([0.1, 1e200, 0.1]))
    assert run.survived.tolist() == [True, False, True]
    again, other, same_batches, _ = setting()
    alone = train(other, again, same_batches, lr=0.1)
    torch.testing.assert_close(run.loss[::2], alone.loss[::2])
    assert capped(run.loss, 10.0).isfinite().all()
    assert capped(run.loss, 10.0).max() == 10


def test_a_replicate_is_the_same_alone_and_in_company():
    """With all rates side by side, too."""
    for tune in (False, True):
        data, net, batches, _ = setting(range(4), norm="batch")
        together = train(net, data, batches, optimizer="adam", lr=0.01, tune=tune)
        data, net, batches, _ = setting([2], norm="batch")
        alone = train(net, data, batches, optimizer="adam", lr=0.01, tune=tune)
        torch.testing.assert_close(together.loss[2:3], alone.loss, rtol=1e-3, atol=1e-5)
        assert together.rate[2] == alone.rate[0]


def poisoned(data: Data) -> Data:
    """The same rows to learn from; a test part of NaN and of labels that do not exist."""
    x, y = data.test_part
    return Data(
        (data.x, data.y), (x * torch.nan, y + 1000), (data.x_valid, data.y_valid), data.classes
    )


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_nothing_of_the_test_part_enters_training_tuning_or_looks(optimizer):
    """Poison in the test part changes no bit of what training tells; only the last look sees it."""
    runs = []
    for spoil in (lambda data: data, poisoned):
        data, net, batches, _ = setting(norm="batch")
        data = spoil(data)
        run = train(
            net,
            data,
            batches,
            optimizer=optimizer,
            tune=True,
            look_at=range(0, STEPS + 1, 4),
            norms=True,
        )
        x, y = data.open_test()
        runs.append((run, net, accuracy(net(x), y)))
    (one, net, right), (other, same, wrong) = runs

    for field in ("loss", "norm", "rate", "inside", "survived", "valid_loss", "valid_accuracy"):
        assert torch.equal(getattr(one, field), getattr(other, field))
    for name, weight in net.weights().items():
        assert torch.equal(weight, same.weights()[name])
    assert (right > 0).all()
    assert (wrong == 0).all()


def test_a_curve_of_the_test_rows_is_sealed_until_they_are_open():
    """And it changes nothing of training."""
    data, net, batches, _ = setting(norm="batch")
    run = train(net, data, batches, tune=True, look_at=[0, STEPS], sealed=True)
    with pytest.raises(RuntimeError, match="sealed"):
        _ = run.test_accuracy
    x, y = data.open_test()

    torch.testing.assert_close(run.test_accuracy[:, 1], accuracy(net(x), y))
    torch.testing.assert_close(run.test_loss[:, 1], cross_entropy(net(x), y))
    again, other, batches, _ = setting(norm="batch")
    plain = train(other, again, batches, tune=True)
    assert torch.equal(run.loss, plain.loss)
    assert all(torch.equal(a, b) for a, b in zip(net.buffers(), other.buffers(), strict=True))


def test_the_test_part_is_opened_once_and_last():
    """Who trains after looking, or looks twice, is told."""
    data, net, batches, _ = setting()
    train(net, data, batches)
    data.open_test()

    with pytest.raises(RuntimeError, match="one last look"):
        data.open_test()
    with pytest.raises(RuntimeError, match="train first, look last"):
        train(net, data, batches)


def test_tuning_needs_rows_for_validation():
    """They are never taken from elsewhere."""
    data, net, batches, _ = setting(valid=0)

    with pytest.raises(ValueError, match="valid"):
        train(net, data, batches, tune=True)


def test_numbers_are_learnt_too():
    """Regression: tuned by the validation loss."""
    replicates = Replicates("kit", range(2))
    data = load(replicates, "diabetes", valid=60)
    net = replicates.stack("net", lambda: mlp(data.features, [8], 1))
    run = train(net, data, 100, tune=True, loss=square_error, look_at=[0, 100])
    x, y = data.open_test()

    assert (run.valid_loss[:, 1] < run.valid_loss[:, 0]).all()
    assert (square_error(net(x), y) < 0.8).all()


def test_any_loss_of_any_weights_descends():
    """`descend` needs no data: w^2 at rate 0.1 shrinks w by 0.8 a step, in each replicate."""
    w = nn.Parameter(torch.tensor([[1.0], [-2.0]]))
    losses, norms = descend({"w": w}, lambda _: w.square().sum(1), 3, lr=0.1, norms=True)

    torch.testing.assert_close(w.detach(), torch.tensor([[1.0], [-2.0]]) * 0.8**3)
    torch.testing.assert_close(losses[:, 0], torch.tensor([1.0, 4.0]))
    torch.testing.assert_close(norms[:, 0], torch.tensor([2.0, 4.0]))


def test_an_unknown_optimizer_is_named():
    """With those that there are."""
    data, net, batches, _ = setting()

    with pytest.raises(ValueError, match="'adm'; there are sgd"):
        train(net, data, batches, optimizer="adm")


def test_grids_rise_by_a_factor_of_three():
    """Seven rates."""
    assert grid("sgd") == pytest.approx([0.003, 0.009, 0.027, 0.081, 0.243, 0.729, 2.187])
    assert grid("adam")[0] == 1e-4
    assert cross_entropy is not square_error


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adamw", "rmsprop"])
def test_a_step_that_is_not_finite_can_be_left_out(optimizer):
    """The others go on as if nothing had happened; who leaves out all steps stays as it was."""
    lr = LR.get(optimizer, 0.003)
    sound, net, batches, _ = setting()
    start = {name: value.detach().clone() for name, value in net.named_parameters()}
    train(net, sound, batches, optimizer=optimizer, lr=lr)
    broken, other, _, _ = setting()
    broken.x = broken.x.clone()
    broken.x[1] = torch.nan
    run = train(other, broken, batches, optimizer=optimizer, lr=lr, skip=True)

    assert not run.norm[1].isfinite().any()
    for (name, expected), value in zip(net.named_parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(value[1], start[name][1], rtol=0, atol=0)
        torch.testing.assert_close(value[::2], expected[::2])


def test_after_a_step_that_was_left_out_training_goes_on():
    """Momentum, against a plain loop that tests the norm, with a rate for each replicate."""
    data, net, batches, alone = setting()
    data.x = data.x.clone()
    bad = batches[:, 3, 0]
    data.x[torch.arange(3), bad] = torch.nan
    rates = torch.tensor([0.01, 0.02, 0.03], dtype=torch.float64)
    train(net, data, batches, optimizer="momentum", lr=rates, skip=True)
    for number, one in enumerate(alone):
        optimizer = PLAIN["momentum"](one.parameters(), rates[number].item())
        for index in batches[number]:
            optimizer.zero_grad()
            F.cross_entropy(one(data.x[number, index]), data.y[number, index]).backward()
            if torch.isfinite(nn.utils.get_total_norm([p.grad for p in one.parameters()])):
                optimizer.step()
        for value, expected in zip(net.parameters(), one.parameters(), strict=True):
            torch.testing.assert_close(value[number], expected)
