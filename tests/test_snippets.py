"""The code of an answer runs as it is printed: every step's, and every Python block of a part.

Given are a model, a batch, a loader, an optimizer, a scheduler and a loss, as an asker has them.
What a snippet needs beyond that, it defines. The snippets of one answer run after each other, as
one would type them.
"""

import math
import re
import signal

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

from dlfaq.knowledge.entry import Entry
from dlfaq.knowledge.load import load_faq
from dlfaq.paths import bundled_root

ENTRIES = load_faq(bundled_root()).entries
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
CLASSES, FEATURES, BATCH = 10, 64, 32


def perceptron() -> tuple[nn.Module, torch.Tensor]:
    """A small network on vectors, and a batch for it."""
    model = nn.Sequential(
        nn.Linear(FEATURES, 32),
        nn.BatchNorm1d(32),
        nn.ReLU(),
        nn.Dropout(0.1),
        nn.Linear(32, CLASSES),
    )
    return model, torch.randn(BATCH, FEATURES)


def convolutional() -> tuple[nn.Module, torch.Tensor]:
    """A small network on images, and a batch for it."""
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, CLASSES),
    )
    return model, torch.randn(BATCH, 1, 8, 8)


def given(make) -> dict:
    """What an asker has: the names that every snippet may use."""
    torch.manual_seed(0)
    model, x = make()
    y = torch.randint(CLASSES, (BATCH,))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    F.cross_entropy(model(x), y).backward()
    return {
        "F": F,
        "loader": DataLoader(TensorDataset(x, y), batch_size=8),
        "loss_fn": nn.CrossEntropyLoss(),
        "math": math,
        "model": model,
        "nn": nn,
        "optimizer": optimizer,
        "scheduler": torch.optim.lr_scheduler.ConstantLR(optimizer),
        "torch": torch,
        "x": x,
        "y": y,
    }


def snippets(entry: Entry) -> list[tuple[str, str]]:
    """Where a snippet stands, and the snippet."""
    steps = [
        (f"step {place}", step.code) for place, step in enumerate(entry.answer.do, 1) if step.code
    ]
    blocks = [
        (f"part {part.id}", code)
        for part in entry.answer.parts
        for code in BLOCK.findall(part.text)
    ]
    return steps + blocks


# What `torchrun --nproc_per_node=1` gives a script; port 0 is any that is free.
TORCHRUN = {
    "LOCAL_RANK": "0",
    "MASTER_ADDR": "127.0.0.1",
    "MASTER_PORT": "0",
    "RANK": "0",
    "WORLD_SIZE": "1",
}


@pytest.fixture(autouse=True)
def as_before(tmp_path, monkeypatch):
    """What a snippet switches on is switched off again; its files lie elsewhere."""
    monkeypatch.chdir(tmp_path)
    for name, value in TORCHRUN.items():
        monkeypatch.setenv(name, value)
    on_end = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, on_end)
    torch.autograd.set_detect_anomaly(False)
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
    for name, hooks in vars(torch.nn.modules.module).items():
        if name.startswith("_global_") and name.endswith("hooks") and hasattr(hooks, "clear"):
            hooks.clear()


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("make", [perceptron, convolutional], ids=lambda make: make.__name__)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_the_code_of_an_answer_runs(entry, make, training, capsys):
    """In training and in evaluation mode, on vectors and on images."""
    names = given(make)
    names["model"].train(training)
    for place, code in snippets(entry):
        try:
            exec(compile(code, f"{entry.id}, {place}", "exec"), names)
        except Exception as error:
            pytest.fail(f"{entry.id}, {place}: {type(error).__name__}: {error}\n{code}")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_answer_shows_code(entry):
    """An answer that one can act on shows what to type."""
    assert snippets(entry)


def spikes(*, batch_norm: bool = True) -> dict:
    """What the snippets on loss spikes define, after they ran."""
    entry = next(entry for entry in ENTRIES if entry.id == "loss-spikes-nan")
    names = given(perceptron)
    if not batch_norm:
        torch.manual_seed(0)
        names["model"] = nn.Sequential(nn.Linear(FEATURES, CLASSES), nn.Dropout(0.5))
        names["optimizer"] = torch.optim.AdamW(names["model"].parameters(), lr=1e-3)
    for _, code in snippets(entry):
        exec(compile(code, "loss-spikes-nan", "exec"), names)
    return names


def weights(model: nn.Module) -> torch.Tensor:
    """All of them, side by side."""
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


def test_spikes_a_scaled_step_skips_by_itself():
    """On the CPU: many broken steps in a row raise nothing, change nothing, and halve the scale."""
    names = spikes(batch_norm=False)
    model, x, y = names["model"], names["x"], names["y"]
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**16)
    start = weights(model)
    for _ in range(7):
        names["optimizer"].zero_grad()
        names["scaled_step"](F.cross_entropy(model(x), y) * torch.inf, scaler)
    assert torch.equal(start, weights(model))
    assert scaler.get_scale() == 2.0**9

    for _ in range(3):
        names["optimizer"].zero_grad()
        names["scaled_step"](F.cross_entropy(model(x), y), scaler)
    assert not torch.equal(start, weights(model))


def test_spikes_a_guarded_step_saves_the_batch_and_stops_at_five(tmp_path, monkeypatch):
    """Sound steps are taken, and the count starts anew after one."""
    monkeypatch.chdir(tmp_path)
    names = spikes(batch_norm=False)
    model, step = names["model"], names["guarded_step"]
    broken = {place for place in range(12) if place not in (0, 4)}
    start = weights(model)
    for place in range(9):
        names["optimizer"].zero_grad()
        loss = F.cross_entropy(model(names["x"]), names["y"])
        (loss * torch.nan if place in broken else loss).backward()
        step()
    assert not torch.equal(start, weights(model))
    assert weights(model).isfinite().all()
    assert len(list(tmp_path.glob("bad-*.pt"))) == 7  # none is written over
    with pytest.raises(FloatingPointError, match="5 bad gradients"):
        step(limit=5)


class Numbered(Dataset):
    """Examples with the numbers of their rows, as (x, y, row)."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor) -> None:
        self.x, self.y = x, y

    def __getitem__(self, row: int) -> tuple[torch.Tensor, torch.Tensor, int]:
        return self.x[row], self.y[row], row

    def __len__(self) -> int:
        return len(self.x)


def test_spikes_a_replay_repeats_the_steps(capsys):
    """With dropout and clipping, too, the losses of training; at a tenth of the rate, others."""
    names = spikes(batch_norm=False)
    torch.autograd.set_detect_anomaly(False)
    model, rows = names["model"], Numbered(10 * names["x"], names["y"])
    own = torch.Generator().manual_seed(1)
    names["loader"] = DataLoader(rows, batch_size=3, shuffle=True, generator=own)
    names["save"](100)
    batches, trained, norms = [], [], []
    for x, y, drawn in names["loader"]:
        names["optimizer"].zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        norms.append(nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        names["guarded_step"]()
        batches.append(drawn.tolist())
        trained.append(f"{batches[-1][:3]} {loss.item()}")
    assert min(norms) > 1  # every step was clipped

    printed = []
    for options in ({}, {}, {"divide": 10}):
        capsys.readouterr()
        names["repeat"](100, batches, **options)
        printed.append(capsys.readouterr().out.splitlines())
    assert printed[0] == printed[1] == trained != printed[2]
    assert printed[0][0] == printed[2][0]
    assert names["optimizer"].param_groups[0]["lr"] == pytest.approx(1e-4)


def test_spikes_three_checkpoints_are_kept_and_no_broken_one(tmp_path):
    """The oldest goes; weights that are not finite are not saved."""
    names = spikes(batch_norm=False)
    for step in (100, 200, 300, 400):
        names["save"](step)
    with torch.no_grad():
        names["model"][0].weight[0, 0] = torch.inf
    with pytest.raises(FloatingPointError, match="step 500"):
        names["save"](500)
    kept = {path.name for path in tmp_path.glob("state-*.pt")}
    assert kept == {"state-200.pt", "state-300.pt", "state-400.pt"}


def test_spikes_a_checkpoint_in_two_files_is_slowed(tmp_path):
    """The first step after loading and all later ones have a tenth of the rate."""

    def start() -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
        optimizer = torch.optim.AdamW([nn.Parameter(torch.ones(1))], lr=1e-3)
        return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / 100)

    def rates(optimizer, scheduler) -> list[float]:
        found = []
        for _ in range(3):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return found

    optimizer, scheduler = start()
    rates(optimizer, scheduler)
    torch.save(optimizer.state_dict(), tmp_path / "optimizer.pt")
    torch.save(scheduler.state_dict(), tmp_path / "scheduler.pt")
    spikes()["slower"](tmp_path)
    again, its = start()
    again.load_state_dict(torch.load(tmp_path / "optimizer.pt"))
    its.load_state_dict(torch.load(tmp_path / "scheduler.pt"))
    assert rates(again, its) == pytest.approx([rate / 10 for rate in rates(optimizer, scheduler)])


@pytest.mark.parametrize("wrap", [lambda y: y, lambda y: (None, y), lambda y: {"logits": y}])
def test_spikes_a_hook_looks_into_tuples_and_dictionaries(wrap):
    """It names the module, and overlooks integers."""

    class Broken(nn.Module):
        def forward(self, x):
            return wrap(x / 0)

    model = nn.Sequential(nn.Linear(2, 2), Broken())
    watch = spikes()["watch"]
    for name, module in model.named_modules():
        module.register_forward_hook(watch(name))

    with pytest.raises(FloatingPointError, match="first at 1"):
        model(torch.ones(1, 2))
