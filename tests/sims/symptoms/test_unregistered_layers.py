"""The searches as printed on the page, and layers that really stand in a Python list."""

import copy
import io
from typing import get_args, get_type_hints

import pytest
import torch
from sims.symptoms.kept_layers import kept_layers
from sims.symptoms.listed_layers import listed_layers
from sims.symptoms.searched_models import searched_models
from tests.sims.printed import defined, part_code, step_code
from torch import distributed, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.kept import LAYERS, TENSORS, Keeping, hidden, keeping, pieces, unregistered
from dlfaq.sim.processes import run_ranks
from dlfaq.sim.training_data import load

ENTRY = "unregistered-layers"


@pytest.mark.parametrize("kept", [*LAYERS, *TENSORS])
def test_the_printed_searches_say_what_the_library_says(kept, capsys):
    """Shapes by the graph, names by the attributes."""
    x, y = torch.randn(4, 64), torch.arange(4)
    torch.manual_seed(0)
    model = keeping(kept, "mlp")[0]
    (code,) = part_code(ENTRY, "search")
    names = {"torch": torch, "nn": nn, "model": model, "x": x, "y": y, "loss_fn": F.cross_entropy}

    shapes = sorted(t.shape for t in unregistered(model, lambda: F.cross_entropy(model(x), y)))
    printed = step_code(ENTRY, 1).replace("print([", "said = sorted([")
    assert defined(printed, dict(names))["said"] == shapes
    told = defined(code, dict(names), until="print")["hidden"](model)
    assert told == hidden(model)


def test_attributes_are_named_as_one_would_write_them():
    """A list in a part of the model, and a dict in the model itself."""
    model = nn.Sequential(keeping("list", "mlp")[0])
    assert hidden(model) == ["0.blocks[0]", "0.blocks[1]"]
    assert hidden(keeping("dict", "mlp")[0]) == ["blocks['a']", "blocks['b']"]


def test_every_way_to_keep_something_can_be_asked_for():
    """The parameter's values are the library's records."""
    assert [*get_args(get_type_hints(kept_layers)["kept"])] == [*LAYERS, *TENSORS]


def test_only_a_step_tells_layers_that_forward_assigns():
    """They are registered, but the optimizer was built before."""
    measured = kept_layers(Replicates("kept_layers", [0]), kept="assigned")
    assert {name: value.item() for name, value in measured.items() if value} == dict.fromkeys(
        ("listed", "graded", "moved", "saved", "switched", "left", "found"), 1.0
    )


@pytest.mark.parametrize(("case", "accused"), [("both", 0), ("loss", 1), ("reentrant", 0)])
def test_a_loss_with_a_parameter_is_accused(case, accused):
    """And layers that also stand in a list are not, nor those under reentrant checkpointing."""
    measured = searched_models(Replicates("searched_models", [0]), case=case)
    assert measured["accused"].item() == accused


def plain(drawn: Replicates, name: str, kept: str) -> nn.Module:
    """The network that the simulation draws, with its middle layers kept in that way."""
    made = []

    def make():
        enter, blocks, head = pieces("mlp", 64, 10)
        made.append((enter, blocks, head))
        return nn.Sequential(enter, nn.Sequential(*blocks), head)

    drawn.stack(name, make)
    ((enter, blocks, head),) = made
    return Keeping(enter, lambda: blocks, head, kept)


@pytest.mark.parametrize("kept", ["registered", "list", "optimizer"])
def test_layers_in_a_real_list_train_and_load_the_same(kept):
    """A plain script of one network recognizes the same digits, before and after loading."""
    measured = listed_layers(Replicates("listed_layers", [1]), kept=kept, steps=20)
    drawn = Replicates("listed_layers", [1])

    data = load(drawn, valid=200, own=True)
    way = "module-list" if kept == "registered" else "list"
    model, other = plain(drawn, "net", way), plain(drawn, "other", way)
    given = [*model.parameters()]
    if kept == "optimizer":
        given += [weight for layer in model.blocks for weight in layer.parameters()]
    descent = torch.optim.AdamW(given, lr=0.005)
    for rows in drawn.batches("batches", len(data), 32, 20)[0]:
        descent.zero_grad()
        F.cross_entropy(model(data.x[0, rows]), data.y[0, rows]).backward()
        descent.step()
    other.load_state_dict(model.state_dict())
    x, y = data.open_test()
    for one, name in ((model, "accuracy"), (other, "reloaded")):
        right = (one(x[0]).argmax(1) == y[0]).double().mean().item()
        assert measured[name].item() == pytest.approx(right, abs=0.01)


def test_layers_made_in_forward_are_drawn_like_new_ones():
    """In each pass other numbers, of the range in which PyTorch draws those of a linear layer."""
    seen = []
    original = nn.functional.linear

    def spy(x, weight, bias):
        seen.append(torch._C._functorch.get_unwrapped(weight).detach().clone())
        return original(x, weight, bias)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(F, "linear", spy)
        listed_layers(Replicates("listed_layers", [0]), kept="forward", steps=5)
    middle = [weight for weight in seen if weight.shape == (1, 32, 32)]
    assert len(middle) == 2 * (5 + 1 + 1)  # five steps, and the two networks on the test rows
    assert len({weight.sum().item() for weight in middle}) == len(middle)
    bound = 32**-0.5
    for weight in middle:
        assert 0.99 * bound < weight.abs().max() <= bound
        assert weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.06)


def test_losses_are_told_five_steps_at_a_time():
    """The last of them ends at the last step."""
    measured = listed_layers(Replicates("listed_layers", [0]), steps=13)
    assert measured["step"].tolist() == [8, 13]
    assert measured["loss_at"].shape == (1, 2)


def test_a_file_of_the_whole_model_holds_its_lists():
    """What the page says of old checkpoints."""
    model = keeping("list", "mlp")[0]
    del model.make  # a function of this test, which no file can hold
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    read = torch.load(file, weights_only=False)
    for one in (read, copy.deepcopy(model)):
        assert torch.equal(one.blocks[1][0].weight, model.blocks[1][0].weight)


def _parallel():
    """On a rank: registered and listed weights after the start, and gradients after one pass."""
    rank = distributed.get_rank()
    torch.manual_seed(rank)
    model = keeping("list", "mlp")[0]
    wrapped = nn.parallel.DistributedDataParallel(model)
    wrapped(torch.randn(8, 64)).square().mean().backward()
    weights = [model.enter[0].weight, model.blocks[0][0].weight]
    return [part.detach().clone() for w in weights for part in (w, w.grad)]


def test_data_parallel_training_leaves_lists_alone():
    """Registered weights are copied and their gradients averaged, those in a list are neither."""
    one, two = run_ranks(_parallel, 2)
    same = [torch.equal(*pair) for pair in zip(one, two, strict=True)]
    assert same == [True, True, False, False]
