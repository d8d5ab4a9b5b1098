"""Checkpoints in memory."""

import pytest
import torch

from dlfaq.sim.checkpoints import loaded, saved


def test_what_is_saved_comes_back_equal():
    """Tensors, numbers and nested dictionaries, as state dicts are made of."""
    state = {
        "weight": torch.randn(3, 2, generator=torch.Generator().manual_seed(0)),
        "step": 7,
        "groups": [{"lr": 0.1}],
    }
    back = loaded(saved(state))

    assert torch.equal(back["weight"], state["weight"])
    assert (back["step"], back["groups"]) == (7, [{"lr": 0.1}])


def test_it_is_the_file_that_torch_writes(tmp_path):
    """The bytes are readable as a file on a disk."""
    file = tmp_path / "checkpoint.pt"
    file.write_bytes(saved({"a": torch.arange(4)}))

    assert torch.equal(torch.load(file, weights_only=True)["a"], torch.arange(4))


def test_only_weights_are_loaded():
    """An object that runs code on loading is refused."""

    class Trap:
        def __reduce__(self):
            return (print, ("executed",))

    with pytest.raises(ValueError, match="no checkpoint"):
        loaded(saved(Trap()))


@pytest.mark.parametrize("length", [0, 1, 20, 0.5, 0.99])
def test_a_cut_file_is_refused(length):
    """Wherever it ends."""
    data = saved({"a": torch.arange(1000)})
    cut = data[: length if isinstance(length, int) else int(length * len(data))]

    with pytest.raises(ValueError, match="no checkpoint"):
        loaded(cut)
