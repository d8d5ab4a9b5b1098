"""Four quick tests of a model that should be in evaluation mode, on plain PyTorch modules.

python sims/symptoms/mode_tests.py --layer batchnorm

https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim import Replicates


def mode_tests(
    replicates: Replicates,
    layer: Literal["dropout", "batchnorm", "layernorm", "function", "untracked"] = "dropout",
    mode: Literal["train", "eval"] = "train",
    features: int = 16,
    examples: int = 8,
) -> dict[str, Tensor]:
    """Build a small network with one layer, put it into a mode, and test it under `no_grad`.

    Setting: a network of {features} features with {layer}, in {mode} mode, under no_grad, asked for
    {examples} examples

    Args:
        replicates: One network and one batch each.
        layer: `nn.Dropout`, `nn.BatchNorm1d`, `nn.LayerNorm`, the function `F.dropout` without an
            argument, or `nn.BatchNorm1d` with `track_running_stats=False`.
        mode: Of the network.
        features: Numbers d of each layer.
        examples: Examples N, at least 2.

    Metrics:
        flagged: 1 if a module says that it is in training mode, in [0, 1].
        repeated: 1 if a second call gives another output, in [0, 1].
        company: 1 if the first example gets another output among others than with itself twice,
            in [0, 1].
        moved: 1 if the call changes the running mean, in [0, 1].
    """
    inputs = replicates.normal("inputs", examples, features)  # (R, N, d)
    made = replicates.stack("net", lambda: nn.Linear(features, features))
    weights = zip(*made.parameters(), inputs.unbind(), strict=True)
    told = [_one(layer, mode, *of_one) for of_one in weights]
    return {name: torch.tensor([float(one[name]) for one in told]) for name in told[0]}


def _one(layer: str, mode: str, weight: Tensor, bias: Tensor, x: Tensor) -> dict[str, bool]:
    """The tests as one types them."""
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(len(bias), len(bias)), _layer(layer, len(bias)))
        model[0].load_state_dict({"weight": weight, "bias": bias})
        model.to(x.device).train(mode == "train")
        before = getattr(model[1], "running_mean", None)
        before = None if before is None else before.clone()
        first, second, pair = model(x), model(x), model(x[[0, 0]])
    return {
        "flagged": any(module.training for module in model.modules()),
        "repeated": not torch.allclose(first, second, atol=1e-5),
        "company": not torch.allclose(first[0], pair[0], atol=1e-5),
        "moved": before is not None and not torch.equal(before, model[1].running_mean),
    }


def _layer(name: str, features: int) -> nn.Module:
    return {
        "dropout": lambda: nn.Dropout(0.5),
        "batchnorm": lambda: nn.BatchNorm1d(features),
        "layernorm": lambda: nn.LayerNorm(features),
        "function": lambda: _Forgetful(),
        "untracked": lambda: nn.BatchNorm1d(features, track_running_stats=False),
    }[name]()


class _Forgetful(nn.Module):
    """Dropout as a function, whose `training` is True unless one passes it."""

    def forward(self, x: Tensor) -> Tensor:
        return F.dropout(x)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
