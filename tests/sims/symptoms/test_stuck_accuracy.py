"""The four numbers against plain loops, and the code that the page prints."""

from typing import get_args, get_type_hints

import pytest
import torch
from sims.symptoms.stuck_accuracy import EXPECTED, stuck_accuracy
from tests.sims.printed import defined, part_code, step_code
from torch import nn

from dlfaq.sim import Replicates
from dlfaq.sim.faults import FAULTS, Script
from dlfaq.sim.setups import Setup


def measure(count=2, **settings):
    """A few replicates."""
    return stuck_accuracy(Replicates("stuck_accuracy", range(count)), **settings)


def test_every_fault_is_one_of_the_library_or_of_evaluation_and_has_a_place():
    """The parameter's values and the table of places agree."""
    names = set(get_args(get_type_hints(stuck_accuracy)["fault"]))
    assert names == {"none", *EXPECTED}
    assert names - set(FAULTS) == {"broadcast", "class-order", "held-pairs"}


def printed():
    """The function that the page prints."""
    code = part_code("accuracy-stuck-at-chance", "numbers")[0]
    return defined(code, {"torch": torch}, until="print")


@pytest.mark.parametrize("fault", ["none", "class-order"])
def test_the_printed_count_gives_the_numbers_of_the_simulation(fault):
    """Replicate 1, trained alone on four fifths of its examples."""
    measured = measure(fault=fault, steps=60)
    draws = Replicates("stuck_accuracy", [1])
    script = Script(draws, Setup())
    x, y = script.data.x, script.data.y
    order = draws.batches("batches", 960, 32, 60)[0]
    script.train((x[:, rows], y[:, rows]) for rows in order)
    script.net.eval()
    names = printed()
    names["model"] = Plain(script.net)
    test_x, test_y = script.data.open_test()
    if fault == "class-order":
        words = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
        test_y = torch.tensor([sorted(words).index(word) for word in words])[test_y]
    held = names["count"](test_x[0], test_y[0][:, None])
    assert held["right"] == pytest.approx(measured["held"][1].item(), abs=0.005)
    assert held["renamed"] == pytest.approx(measured["matched"][1].item(), abs=0.005)
    assert held["one answer"] == pytest.approx(measured["common"][1].item(), abs=0.005)
    share = test_y.bincount(minlength=10).max() if test_y.ndim == 1 else test_y[0].bincount().max()
    assert held["chance"] == pytest.approx(share.item() / 597)
    unused = names["count"](x[0, 960:], y[0, 960:])
    assert unused["right"] == pytest.approx(measured["apart"][1].item(), abs=0.01)


@pytest.mark.parametrize("shape", [(8, 1), (8,)])
def test_a_single_output_is_a_logit(shape, capsys):
    """In the printed count and in the second step, whatever the shape of outputs and labels."""
    x, y = torch.linspace(-3, 4, 8)[:, None], torch.tensor([0, 0, 0, 1, 1, 1, 1, 1]).view(shape)
    names = printed()
    names.update(model=nn.Flatten(0) if shape == (8,) else nn.Identity(), x=x, y=y)
    counted = names["count"](x, y)
    assert (counted["chance"], counted["right"], counted["one answer"]) == (0.625, 0.875, 0.5)
    for step in (0, 1):
        defined(step_code("accuracy-stuck-at-chance", step), names)
    assert "0.8750" in capsys.readouterr().out


class Plain(nn.Module):
    """One trained network as an ordinary module."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x[None])[0]


def test_a_column_of_labels_makes_a_table_whose_mean_is_near_chance():
    """Reported as a script with shapes (N,) and (N, 1) does; the mended count is not changed."""
    sound, broken = measure(steps=60), measure(steps=60, fault="broadcast")
    torch.testing.assert_close(sound["held"], broken["held"])
    assert (sound["reported"] == sound["held"]).all()
    assert (broken["reported"] - 0.1).abs().max() < 0.01


def test_two_classes_are_stuck_at_the_share_of_the_commoner_one():
    """The bound follows the shares: with swapped classes hardly anything is right."""
    found = measure(fault="class-order", data="cancer", steps=60)
    assert (found["stuck"] == 1).all()
    assert (found["named"] == 1).all()
