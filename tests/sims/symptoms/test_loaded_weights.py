"""The check as printed on the page, and the simulations of loading against loads written out."""

from typing import get_args, get_type_hints

import pytest
import torch
from sims.symptoms.loaded_weights import loaded_weights
from sims.symptoms.missing_weights import _lost, missing_weights
from sims.symptoms.unloaded_finetuning import unloaded_finetuning
from tests.sims.printed import defined, part_code, step_code
from torch import nn

from dlfaq.sim import Replicates
from dlfaq.sim.loads import FAULTS, SOUND, Wrapper, agree, file_of, labels_of, load_as
from dlfaq.sim.nets import convnet, mlp
from dlfaq.sim.setups import Setup

ENTRY = "loaded-weights-at-chance"


def printed_check():
    """The function that the page prints."""
    (code,) = [code for code in part_code(ENTRY, "check") if "def check" in code]
    return defined(code, {"torch": torch})["check"]


@pytest.mark.parametrize("case", [*FAULTS, *SOUND])
def test_the_printed_check_says_what_the_library_says(case, monkeypatch):
    """For each fault and each sound load."""
    norm = "batch" if case in {"parameters", "old-statistics"} else "none"
    told = []
    module = __import__("sims.symptoms.loaded_weights", fromlist=["check"])
    ours = module.check

    def both(model, *given):
        told.append((ours(model, *given), printed_check()(model, *given)))
        return told[-1][0]

    monkeypatch.setattr(module, "check", both)
    loaded_weights(Replicates("loaded_weights", range(2)), case=case, norm=norm, steps=40)
    assert all(a == b for a, b in told)


def test_every_case_of_the_library_can_be_asked_for():
    """The parameter's values are the library's records."""
    assert set(get_args(get_type_hints(loaded_weights)["case"])) == set(FAULTS) | set(SOUND)


def test_the_wrapper_names_tensors_as_data_parallel_does():
    """Names begin with `module.`."""
    model = mlp(4, [3], 2)
    assert [*Wrapper(model).state_dict()] == [*nn.DataParallel(model).state_dict()]


def test_what_arrives():
    """Nothing with a prefix, all but the head, the biases of a transposed MLP and its ends."""
    arrived = {
        case: loaded_weights(Replicates("loaded_weights", [0]), case=case, steps=1)[
            "arrived"
        ].item()
        for case in ("prefix", "other-object", "new-head", "transposed", "none", "no-activation")
    }
    assert arrived["prefix"] == arrived["other-object"] == 0
    assert arrived["none"] == arrived["no-activation"] == 1
    assert arrived["new-head"] == pytest.approx(4 / 6)
    assert arrived["transposed"] == pytest.approx(5 / 6)


@pytest.mark.parametrize(
    ("case", "told"), [("none", 0), ("prefix", 1), ("extra", 1), ("bfloat16", 0)]
)
def test_a_load_gives_what_was_saved(case, told):
    """Or names the keys that it did not use."""
    torch.manual_seed(0)
    nets = [Setup()._one(_Shape, cut=False) for _ in range(3)]
    weights, named = load_as(case, nets[1], file_of(case, nets[0]), nets[2])
    x = torch.randn(8, 64)
    same = agree(nets[1](x), nets[0](x))
    assert named == told
    assert same == (case != "prefix")
    assert ("body.0.weight" in weights) == (case != "prefix")


class _Shape:
    features, classes = 64, 10


def test_digits_are_numbered_by_their_names():
    """In the order of the alphabet, of which six is in its own place; two classes change places."""
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    ordered = [sorted(names).index(name) for name in names]
    assert labels_of("renamed", torch.arange(10), 10).tolist() == ordered
    assert labels_of("renamed", torch.arange(2), 2).tolist() == [1, 0]


def test_the_parts_that_are_missing():
    """By name, of an MLP and a convolutional network with normalization."""
    for net, first, middle in (
        (mlp(4, [3, 3], 2, norm="batch"), "0.", "3."),
        (convnet(2, 2, norm="layer"), "1.", "5."),
    ):
        names = [name for name, _ in net.named_parameters()]
        dims = [weight.dim() for weight in net.parameters()]
        lost = {
            part: _lost(part, names, dims)
            for part in ("first", "middle", "head", "biases", "norms")
        }
        assert lost["first"] == {first + "weight", first + "bias"}
        assert lost["middle"] == {middle + "weight", middle + "bias"}
        assert len(lost["norms"]) == 4
        assert lost["biases"] == {n for n in names if n.endswith("bias")} - lost["norms"]
        assert _lost("nothing", names, dims) == set()


def test_with_nothing_missing_the_network_is_the_trained_one():
    """And with everything missing it knows nothing."""
    whole, none = (
        missing_weights(Replicates("missing_weights", range(2)), missing=part, norm="batch")
        for part in ("nothing", "everything")
    )
    assert (whole["accuracy"] > 0.9).all()
    assert (whole["first"] < 0.2).all()
    assert (none["accuracy"] < 0.35).all()
    assert (none["repaired"] < 0.35).all()


def test_statistics_that_are_missing_are_repaired():
    """From training examples, up to what the trained network knew."""
    runs = [
        missing_weights(
            Replicates("missing_weights", range(2)), missing=part, norm="batch", layers=6
        )
        for part in ("nothing", "statistics")
    ]
    assert torch.allclose(runs[0]["repaired"], runs[1]["repaired"])
    assert (runs[1]["accuracy"] < runs[1]["repaired"]).all()


def test_a_network_that_is_loaded_whole_begins_where_it_was():
    """Its first loss is low; with a new head, or all new, it is that of a guess or more."""
    first = {
        (body, head): unloaded_finetuning(
            Replicates("unloaded_finetuning", range(2)), body=body, head=head, steps=2
        )["first"]
        for body, head in (("loaded", "loaded"), ("loaded", "new"), ("new", "new"))
    }
    assert (first["loaded", "loaded"] < 0.3).all()
    assert (first["loaded", "new"] > 0.8).all()
    assert (first["new", "new"] > 0.9).all()


def test_the_printed_comparison_prints_what_differs(capsys):
    """Nothing but an empty list for the file itself; a missing and a changed tensor by name."""
    compare = defined(step_code(ENTRY, 0), {"torch": torch})["compare"]
    model = mlp(4, [3], 2, norm="batch")
    file = {name: w.clone() for name, w in model.state_dict().items()}
    compare(model, file)
    assert capsys.readouterr().out.strip() == "[]"
    file["module.0.bias"] = file.pop("0.bias")
    file["3.weight"] += 1
    compare(model, file)
    out = capsys.readouterr().out
    assert "0.bias (3,) (0,)" in out
    assert "3.weight (2, 3) (2, 3)" in out
    assert out.splitlines()[-1] == "['module.0.bias']"
    assert len(out.splitlines()) == 3


@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.", "module._orig_mod.", "model."])
def test_the_printed_strip_leaves_a_prefix_that_the_model_has_too(prefix):
    """The names fit a plain network, and one that is an attribute called `model`."""
    (code,) = [code for code in part_code(ENTRY, "names") if "def strip" in code]
    for model in (mlp(4, [3], 2), nn.ModuleDict({"model": mlp(4, [3], 2)})):
        strip = defined(code, {"model": model}, until="# strict")["strip"]
        file = {prefix + name: w for name, w in model.state_dict().items()}
        assert strip(file, model).keys() == model.state_dict().keys()


def test_the_printed_comparison_passes_over_what_is_no_tensor(capsys):
    """Some layers keep other things in their state."""

    class Layer(nn.Linear):
        def get_extra_state(self):
            return {"scale": 1}

    compare = defined(step_code(ENTRY, 0), {"torch": torch})["compare"]
    model = Layer(2, 2)
    compare(model, model.state_dict())
    assert capsys.readouterr().out.strip() == "[]"
