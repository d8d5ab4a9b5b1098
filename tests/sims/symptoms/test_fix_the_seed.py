"""Repeated trainings against plain loops, and the lines that two runs are compared by."""

import contextlib
import io
from typing import get_args, get_type_hints

import pytest
import torch
from sims.symptoms.same_seed import same_seed
from sims.symptoms.seed_runs import seed_runs
from sims.symptoms.seed_scores import seed_scores
from sims.symptoms.two_runs import two_runs
from tests.sims.printed import defined, step_code
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.repeats import Runs
from dlfaq.sim.twice import CAUSES, checksum, word


def drawn(count=2):
    """The replicates of `seed_runs`."""
    return Replicates("seed_runs", range(count))


def test_every_cause_of_the_library_can_be_asked_for():
    """The parameter's values are the library's records, a sound script, and one layer more."""
    cases = set(get_args(get_type_hints(two_runs)["case"]))
    assert cases == set(CAUSES) | {"none", "more-layers"}


def printed_lines(model, x, y):
    """What the code of the first step prints."""
    shown = io.StringIO()
    names = {"torch": torch, "model": model, "x": x, "y": y, "loss_fn": F.cross_entropy}
    with contextlib.redirect_stdout(shown):
        defined(step_code("fix-the-seed", 0), names)
    return shown.getvalue().split()


def test_the_printed_code_shows_what_the_library_compares():
    """The same checksums, under the same names, but for labels, which it reads as integers."""
    torch.manual_seed(0)
    model, x, y = mlp(64, [8], 10), torch.randn(5, 64), torch.arange(5)
    lines = printed_lines(model, x, y)

    model.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    assert lines[0::2] == ["weights", "x", "y", "loss", "gradient"]
    numbers = [sum(checksum([p]) for p in model.parameters()), checksum([x]), loss.item()]
    numbers += [sum(checksum([p.grad]) for p in model.parameters())]
    shown = [float(number) for number in lines[1::2]]
    assert shown[:2] + shown[3:] == pytest.approx(numbers, rel=1e-12)


def test_the_printed_checksum_reads_all_bits_of_every_type():
    """Large numbers of words, too, which float32 cannot tell apart."""
    code = "".join(step_code("fix-the-seed", 0).partition("print")[:1])
    crc = defined(code, {"torch": torch})["crc"]
    ids = torch.tensor([2**24, 2**24 + 1])
    assert crc(ids[:1]) != crc(ids[1:])
    turned = torch.randn(4, 3).T
    assert crc(turned) == crc(turned.contiguous()) != crc(turned + 1)
    for tensor in (torch.tensor(1.0), turned > 0, turned.bfloat16(), torch.arange(9)[::2]):
        assert crc(tensor) == crc(tensor.clone())


@pytest.mark.parametrize(
    ("differ", "said"),
    [
        ((), ""),
        (("weights", "inputs", "loss"), "weights"),
        (("inputs", "labels", "loss"), "order"),
        (("inputs", "loss", "gradient"), "augmentation"),
        (("labels", "loss", "gradient"), "numbering"),
        (("loss", "gradient"), "forward"),
        (("gradient",), "backward"),
    ],
)
def test_the_first_line_that_differs_gives_the_word(differ, said):
    """In the first step, or in a later one."""
    names = ("weights", "inputs", "labels", "loss", "gradient")
    same = [(name, 1) for name in names]
    other = [(name, 2 if name in differ else 1) for name in names]
    assert word(same, other) == said
    assert word(same + same, same + other) == said


def test_two_seeded_runs_end_in_the_same_bits():
    """Also where global generators stood elsewhere."""
    measured = two_runs(Replicates("two_runs", range(2)))
    assert measured["moved"].tolist() == [0, 0]
    assert measured["rows"].tolist() == [1, 1]


def test_a_run_is_a_plain_loop():
    """One network on the rows that its split names."""
    measured = seed_runs(drawn(), changes="order", runs=2, steps=10, optimizer="sgd", lr=0.1)
    again = drawn()
    runs = Runs(again, 2, "order")
    tasks = runs.splits("digits", train=300, valid=200)
    start = again.stack("weights", lambda: mlp(64, [32, 32], 10))
    scores = []
    for order in runs.orders(300, 32, 10):
        model = mlp(64, [32, 32], 10)
        ordered = (weight[1].detach() for weight in start.weights().values())
        model.load_state_dict(dict(zip(start.weights(), ordered, strict=True)))
        descent = torch.optim.SGD(model.parameters(), lr=0.1)
        for rows in order[1]:
            descent.zero_grad()
            F.cross_entropy(model(tasks[0].x[1][rows]), tasks[0].y[1][rows]).backward()
            descent.step()
        x, y = tasks[0].test_part
        scores.append((model(x[1]).argmax(1) == y[1]).double().mean())
    found = torch.stack(scores)
    assert measured["accuracy"][1].item() == pytest.approx(found.mean().item(), abs=2e-3)
    assert measured["spread"][1].item() == pytest.approx(found.std().item(), abs=2e-3)


@pytest.mark.parametrize("changes", ["seed", "images", "split"])
def test_no_test_row_is_trained_on(changes):
    """Nor is one of validation, and splits change what they say."""
    runs = Runs(drawn(), 2, changes)
    tasks = runs.splits("digits", train=300, valid=200)
    for task in tasks:
        x, _ = task.test_part
        assert x.shape[1] == 597
        for rows in (task.x, task.x_valid):
            assert (torch.cdist(x[0], rows[0]) > 0.01).all()
        assert (torch.cdist(task.x[0], task.x_valid[0]) > 0.01).all()
    assert torch.equal(tasks[0].x, tasks[1].x) == (changes == "seed")
    assert torch.equal(tasks[0].test_part[0], tasks[1].test_part[0]) == (changes != "split")


def test_runs_without_a_change_are_one_run():
    """Nothing is left to chance, and rounding alone moves next to nothing in ten steps."""
    for changes in ("nothing", "rounding"):
        measured = seed_runs(drawn(), changes=changes, runs=2, steps=10)
        assert measured["spread"].max() < 1e-3
        assert measured["disagree"].max() < 1e-2


@pytest.mark.parametrize("rival", ["rate", "width"])
def test_a_rival_that_does_not_differ_is_the_same_network(rival):
    """Then all of the difference is gone, and neither is ahead: both have the same seed."""
    replicates = Replicates("same_seed", range(2))
    measured = same_seed(replicates, rival=rival, factor=1.0, runs=3, steps=10)
    assert measured["correlation"].tolist() == pytest.approx([1, 1])
    assert measured["rest"].tolist() == [0, 0]
    assert measured["ahead"].tolist() == [0.5, 0.5]


def test_scores_have_the_tables_of_normal_numbers():
    """Mean of the best of 2 and 10, odds of a wrong order, power of Student's test."""
    replicates = range(4)
    best = [
        seed_scores(Replicates("seed_scores", replicates), seeds=m)["best"].mean().item()
        for m in (2, 10)
    ]
    assert best == pytest.approx([0.564, 1.539], abs=0.03)
    one = seed_scores(Replicates("seed_scores", replicates), seeds=1)
    assert one["wrong"].mean().item() == pytest.approx(0.240, abs=0.02)
    rule = seed_scores(Replicates("seed_scores", replicates), gap=1.0)
    assert rule["found"].mean().item() == pytest.approx(0.807, abs=0.03)
