"""Which lines between the optimizer and the training loop leave it with parameters nobody uses.

python sims/symptoms/kept_parameters.py --line new-layer

https://github.com/pytorch/pytorch/issues/7844
"""

import copy
import io
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates


def kept_parameters(
    replicates: Replicates,
    line: Literal[
        "nothing", "to-float64", "half", "load", "init", "data", "freeze",
        "new-layer", "new-parameter", "load-assign", "copy", "unpickled", "added-layer",
    ] = "nothing",
    hidden: int = 8,
) -> dict[str, Tensor]:  # fmt: skip
    """Build a network, then its optimizer, then run one line; whose parameters are they now?

    Setting: two linear layers with {hidden} units between them, then the optimizer, then {line}

    Args:
        replicates: One network each.
        line: What happens once the optimizer exists: the model goes to another type (`to-float64`,
            `half`), loads a state (`load`, or with assign=True `load-assign`), is initialized in
            place (`init`), has numbers written through `.data`, or is frozen; a layer or
            a weight is replaced (`new-layer`, `new-parameter`) or added (`added-layer`); the
            model becomes a copy of itself (`copy`), or one that was saved and read (`unpickled`).
        hidden: Units.

    Metrics:
        kept: share of the model's parameters that the optimizer holds, in [0, 1].
    """
    kept: list[list[bool]] = []

    def build() -> nn.Module:
        model = nn.Sequential(nn.Linear(4, hidden), nn.ReLU(), nn.Linear(hidden, 3))
        optimizer = torch.optim.AdamW(model.parameters())
        after = _after(model, line)
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        kept.append([id(p) in held for p in after.parameters()])
        return nn.Linear(1, 1)

    replicates.stack("net", build)
    return {"kept": torch.tensor(kept, dtype=torch.float64, device=replicates.device).mean(1)}


def _after(model: nn.Sequential, line: str) -> nn.Module:
    """The model once the line has run."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    if line == "to-float64":
        model.to(torch.float64)
    elif line == "half":
        model.bfloat16()
    elif line == "load":
        model.load_state_dict(state)
    elif line == "load-assign":
        model.load_state_dict(state, assign=True)
    elif line == "init":
        nn.init.zeros_(model[2].weight)
    elif line == "data":
        model[2].weight.data = torch.zeros_like(model[2].weight)
    elif line == "freeze":
        model.requires_grad_(False).requires_grad_()
    elif line == "new-layer":
        model[2] = nn.Linear(model[2].in_features, 5)
    elif line == "new-parameter":
        model[2].weight = nn.Parameter(model[2].weight.detach())
    elif line == "added-layer":
        model.append(nn.Linear(3, 3))
    elif line == "copy":
        model = copy.deepcopy(model)
    elif line == "unpickled":
        model = _read_again(model)
    return model


def _read_again(model: nn.Module) -> nn.Module:
    """What `torch.save` and `torch.load` of a whole model give, without a file."""
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
