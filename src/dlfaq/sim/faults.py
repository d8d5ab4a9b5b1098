"""Faults as people make them in training scripts that run without an error.

script = Script(replicates, Setup(model="conv"), FAULTS["softmax-twice"])
x, y = script.data.x[:, :16], script.data.y[:, :16]
losses = script.train([(x, y)] * 100)  # (R, 100), as the script reports them
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.losses import capped
from dlfaq.sim.optimizers import Descent
from dlfaq.sim.replicates import Replicates
from dlfaq.sim.setups import Setup
from dlfaq.sim.train import cross_entropy


@dataclass(frozen=True)
class Fault:
    """What one mistake changes in a script. All replicates of a call have the same one.

    Attributes:
        name: Unique.
        says: What was done, in one line.
        inputs: Changes the inputs (R, N, …), in training and whenever the network is asked.
        raw: Whether inputs come as bytes.
        shuffles: Labels paired with wrong inputs: `never`, `once` or at each `step`.
        outputs: Stands between the network and the loss.
        held: Which parameters the optimizer holds: `all`, `none`, or only those of the last layer
            (`head`).
        frozen: Whether all layers but the last ask for no gradient.
        cut: Where the graph is cut: `nowhere`, before the last layer (`head`), at the `loss`.
        zeroed: Whether gradients are set to zero before each step.
        rate: Factor of the learning rate.
        weights: Factor of the initial weights.
    """

    name: str
    says: str
    inputs: Callable[[Tensor], Tensor] | None = None
    raw: bool = False
    shuffles: str = "never"
    outputs: Callable[[Tensor], Tensor] | None = None
    held: str = "all"
    frozen: bool = False
    cut: str = "nowhere"
    zeroed: bool = True
    rate: float = 1.0
    weights: float = 1.0


def _mixed(x: Tensor) -> Tensor:
    """(R, N, d) as (R, d, N) that was viewed as (N, d): each row holds parts of many examples."""
    return x.mT.reshape(x.shape)


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("none", "a sound script"),
        Fault(
            "softmax-twice",
            "the network ends with a softmax, and cross_entropy applies another",
            outputs=lambda z: z.softmax(-1),
        ),
        Fault("relu-output", "a ReLU stands behind the last layer", outputs=torch.relu),
        Fault(
            "other-parameters",
            "the optimizer holds the parameters of another copy of the model",
            held="none",
        ),
        Fault("frozen", "requires_grad is False in all layers but the last", frozen=True),
        Fault("unregistered", "all layers but the last stand in a Python list", held="head"),
        Fault("cut-middle", "what enters the last layer is detached", cut="head"),
        Fault("cut-loss", "the loss is made into a new tensor before backward", cut="loss"),
        Fault("no-zero-grad", "zero_grad is missing", zeroed=False),
        Fault("rate-low", "a learning rate 3,000 times too low", rate=1 / 3000),
        Fault("rate-high", "a learning rate 300 times too high", rate=300.0),
        Fault("zero-weights", "all weights and biases start at 0", weights=0.0),
        Fault("shuffled-once", "each input has the label of another one", shuffles="once"),
        Fault(
            "shuffled-steps", "each step shuffles its inputs but not its labels", shuffles="step"
        ),
        Fault("constant-inputs", "all inputs are 0", inputs=torch.zeros_like),
        Fault("bytes", "pixels from 0 to 255 as they come", raw=True),
        Fault("mixed-examples", "view in the place of a transpose", inputs=_mixed),
    )
}


class Script:
    """A training script of R replicates, sound or with a fault.

    Args:
        replicates: Those who train.
        setup: What the script chose.
        fault: What is wrong with it.
        decay: Weight decay of all its parameters; None for the optimizer's default.
        smoothing: Label smoothing of its loss.

    Attributes:
        net: The networks.
        data: Their examples, without the fault.
    """

    def __init__(
        self,
        replicates: Replicates,
        setup: Setup,
        fault: Fault = FAULTS["none"],
        *,
        decay: float | None = None,
        smoothing: float = 0.0,
    ) -> None:
        self.setup, self.fault, self.replicates = setup, fault, replicates
        self.decay, self.smoothing, self.asked = decay, smoothing, 0
        self.data = setup.data(replicates, raw=fault.raw)
        if fault.shuffles == "once":
            order = replicates.permutation("labels", len(self.data))
            self.data.y = self.data.y.gather(1, order)
        self.net = setup.network(replicates, self.data, cut=fault.cut == "head")
        with torch.no_grad():
            for weight in self.net.parameters() if fault.weights != 1 else ():
                weight.mul_(fault.weights)
        for name, weight in self.net.weights().items():
            weight.requires_grad_(not (fault.frozen and not name.startswith("head")))
        self.start = saved_state(self.net)

    def held(self) -> dict[str, Tensor]:
        """The parameters that the optimizer holds, by name."""
        weights = self.net.weights()
        if self.fault.held == "none":
            return {name: w.detach().clone().requires_grad_() for name, w in weights.items()}
        if self.fault.held == "head":
            return {name: w for name, w in weights.items() if name.startswith("head")}
        return dict(weights)

    def outputs(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """What the loss gets for inputs (R, N, …): (R, N, k)."""
        x = x if self.fault.inputs is None else self.fault.inputs(x)
        z = self.net(x) if keep is None else self.net(x, keep)
        return z if self.fault.outputs is None else self.fault.outputs(z)

    def loss(self, x: Tensor, y: Tensor, *, dropout: bool = True) -> Tensor:
        """The loss (R,) that the script reports for a batch, in training mode."""
        self.net.train()
        self.asked += 1
        keep = None
        if dropout and self.setup.dropout:
            width = self.net.weights()["head.weight"].shape[-1]
            noise = self.replicates.uniform(f"keep {self.asked}", x.shape[1], width)
            keep = (noise >= self.setup.dropout) / (1 - self.setup.dropout)
        if self.fault.shuffles == "step":
            order = self.replicates.permutation(f"inputs {self.asked}", x.shape[1])
            x = x.gather(1, order[..., None].expand_as(x))
        z = self.outputs(x, keep)
        loss = cross_entropy(z, y)
        if self.smoothing:
            even = -z.log_softmax(-1).mean((1, 2))
            loss = (1 - self.smoothing) * loss + self.smoothing * even
        return loss.detach().requires_grad_() if self.fault.cut == "loss" else loss

    def train(self, batches: Iterable[tuple[Tensor, Tensor]]) -> Tensor:
        """Train from the start on batches x (R, N, …), y (R, N): losses before each step, (R, T).

        A loss that is inf or NaN, or larger, is told as 100.
        """
        load_state(self.net, self.start)
        self.forget()
        descent = self.descent()
        losses = []
        for x, y in batches:
            if self.fault.zeroed:
                self.forget()
            loss = self.loss(x, y)
            loss.sum().backward()
            descent.step()
            losses.append(capped(loss.detach(), 100.0))
        return torch.stack(losses, 1)

    def descent(self) -> Descent:
        """An optimizer as it begins."""
        count = len(self.replicates)
        rates = torch.full((count,), self.setup.rate * self.fault.rate, dtype=torch.float64)
        decay = {} if self.decay is None else {"decay": self.decay, "decay_all": True}
        return Descent(self.held(), self.setup.optimizer, rates, **decay)

    def forget(self) -> None:
        """Set all gradients to none."""
        for weight in self.net.parameters():
            weight.grad = None
