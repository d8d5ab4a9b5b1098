"""Training scripts of one network each, as people write them: ordinary modules and optimizers.

scripts = plain_scripts(replicates, Setup(model="conv"), "new-head")
scripts[0].step(x, y)

Schedulers, loss scaling and hooks act on a whole optimizer, so these networks are not stacked.
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlfaq.sim.optimizers import OPTIMIZERS
from dlfaq.sim.replicates import Replicates
from dlfaq.sim.setups import Network, Setup
from dlfaq.sim.training_data import Data

FAULTS = {  # what is wrong, and the word for it in `dlfaq.sim.watch`
    "no-step": ("optimizer.step() is missing", "step not called"),
    "nan-gradient": ("the root of 0 in the loss; loss scaling skips each step", "step skipped"),
    "nan-fused": ("the same with a fused optimizer, whose step is called", "step skipped"),
    "other-model": ("the optimizer holds the parameters of a copy", "not in the optimizer"),
    "new-head": (
        "the last layer was replaced after the optimizer was built",
        "not in the optimizer",
    ),
    "frozen": ("requires_grad is False in all layers but the last", "frozen"),
    "cut-loss": ("the loss is made into a new tensor before backward", "no gradient"),
    "cut-middle": ("what enters the last layer is detached", "no gradient"),
    "step-first": ("optimizer.step() stands before loss.backward()", "gradient gone"),
    "zero-late": (
        "zero_grad() stands between loss.backward() and optimizer.step()",
        "gradient gone",
    ),
    "dead": ("all units before the last layer are below 0, and so ReLUs give 0", "gradient 0"),
    "rate-zero": ("warmup begins at rate 0, and scheduler.step() is missing", "rate 0"),
    "bfloat16": ("weights in bfloat16, whose steps are rounded away", "rounded"),
}
SOUND = {
    "none": "nothing special",
    "zero-head": "the last layer starts at 0",
    "warmup": "five steps of warmup that begin at rate 0",
    "scaler": "loss scaling whose first scale is too large",
    "scaler-fused": "the same with a fused optimizer",
    "accumulation": "a step every four batches",
    "long-accumulation": "a step every sixteen batches",
    "unused": "a layer that the loss does not use",
}


class PlainScript:
    """A training script, sound or with a fault.

    Args:
        model: The network as it starts.
        setup: Optimizer and rate.
        case: A name in FAULTS or SOUND.
    """

    def __init__(self, model: Network, setup: Setup, case: str) -> None:
        self.model, self.case, self.taken = model, case, 0
        if case == "zero-head":
            for weight in model.head.parameters():
                nn.init.zeros_(weight)
        if case == "dead":
            last = [w for name, w in model.body.named_parameters() if name.endswith("bias")][-1]
            nn.init.constant_(last, -100.0)
        if case == "unused":
            model.pooler = copy.deepcopy(model.head)
        if case == "bfloat16":
            model.bfloat16()
        model.body.requires_grad_(case != "frozen")
        model.cut = case == "cut-middle"
        held = copy.deepcopy(model) if case == "other-model" else model
        fused = case.endswith("fused")
        self.optimizer = OPTIMIZERS[setup.optimizer](
            held.parameters(), lr=setup.rate, fused=fused or None
        )
        if case == "new-head":
            model.head = copy.deepcopy(model.head)
        if case in {"warmup", "rate-zero"}:
            self.scheduler = torch.optim.lr_scheduler.LambdaLR(
                self.optimizer, lambda step: min(1.0, step / 5)
            )
        self.half = fused or case in {"scaler", "nan-gradient"}  # computes in float16
        first = 2.0**24 if case.startswith("scaler") else 2.0**16
        self.scaler = torch.amp.GradScaler("cpu", init_scale=first, enabled=self.half)
        self.every = {"accumulation": 4, "long-accumulation": 16}.get(case, 1)

    def step(self, x: Tensor, y: Tensor) -> Tensor:
        """One step on a batch (N, d) with labels (N,): its loss, before the step."""
        self.taken += 1
        if (self.taken - 1) % self.every == 0 and self.case != "zero-late":
            self.optimizer.zero_grad()
        with torch.autocast("cpu", torch.float16, enabled=self.half):
            z = self.outputs(x)
        loss = F.cross_entropy(z, y)
        if self.case.startswith("nan"):
            loss = loss + 0.01 * (z - z.detach()).square().sum().sqrt()
        if self.case == "cut-loss":
            loss = torch.tensor(loss.item(), requires_grad=True)
        if self.case == "step-first":
            self.optimizer.step()
        self.scaler.scale(loss / self.every).backward()
        if self.case == "zero-late":
            self.optimizer.zero_grad()
        if self.case not in {"no-step", "step-first"} and self.taken % self.every == 0:
            self.scaler.step(self.optimizer)
            self.scaler.update()
        if self.case == "warmup":
            self.scheduler.step()
        return loss.detach()

    def outputs(self, x: Tensor) -> Tensor:
        """Logits (N, k) of inputs (N, d), in float32."""
        return self.model(x.to(self.model.head.weight.dtype)).float()


def plain_scripts(
    replicates: Replicates, setup: Setup, data: Data, case: str = "none"
) -> list[PlainScript]:
    """One script a replicate, with networks as `Setup.network` starts them."""
    models: list[Network] = []

    def make() -> Network:
        models.append(setup._one(data, cut=False))  # noqa: SLF001 - one network, not a stack
        return models[-1]

    replicates.stack("net", make)
    return [PlainScript(model, setup, case) for model in models]
