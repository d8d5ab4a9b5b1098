"""Inside of `dlfaq.sim.training`: R networks at each of G learning rates, and looks on the way."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from dlfaq.sim.copies import State, part, repeated, saved_state, with_state
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.train import accuracy
from dlfaq.sim.training_data import Data

Loss = Callable[..., Tensor]
Look = Callable[[Stacked], Mapping[str, Tensor]]


class Lanes:
    """R networks at G learning rates: lane g * R + r is replicate r at rate g."""

    def __init__(
        self,
        net: Stacked,
        data: Data,
        batches: Tensor | int,
        loss: Loss,
        prepare: Callable[[Tensor], Tensor] | None,
        count: int,
    ) -> None:
        self.count, self.replicates = count, len(data.x)
        self.batches = batches
        self.steps = batches if isinstance(batches, int) else batches.shape[1]
        self.net = net if count == 1 else repeated(net, count)
        self.data, self.loss = data, loss
        self.prepare = prepare or (lambda x: x)
        self.each = torch.arange(self.replicates, device=data.x.device)[:, None]  # (R, 1)
        self.net.train()

    def loss_at(self, step: int) -> Tensor:
        """The loss of each lane, (G R,)."""
        x, y = self.data.x, self.data.y
        if isinstance(self.batches, Tensor):
            index = self.batches[:, step]  # (R, B)
            x, y = x[self.each, index], y[self.each, index]
        x = self.prepare(x)
        if self.count > 1:
            x, y = (values.repeat(self.count, *[1] * (values.dim() - 1)) for values in (x, y))
        return self.loss(self.net(x), y)

    def nets(self) -> list[Stacked]:
        """The R networks at each rate, as views in evaluation mode."""
        if self.count == 1:
            return [self.net.eval()]
        size = self.replicates
        return [part(self.net, slice(g * size, (g + 1) * size)).eval() for g in range(self.count)]

    @torch.no_grad()
    def judged(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Loss and accuracy on rows (R, n, …), (G R,) each; the accuracy of numbers is 0."""
        x = self.prepare(x)
        losses, right = [], []
        for net in self.nets():
            outputs = net(x)
            losses.append(self.loss(outputs, y))
            logits = outputs if isinstance(outputs, Tensor) else outputs[0]
            if self.data.classes > 1:  # (R, v, k), or (R, v, T, k) of sequences
                right.append(accuracy(logits.flatten(1, -2), y.flatten(1)))
            else:
                right.append(torch.zeros(len(y), dtype=torch.float64, device=y.device))
        return torch.cat(losses), torch.cat(right)

    def best(self) -> Tensor:
        """The rate that is best for each replicate, (R,): 0 if there is one only."""
        if self.count == 1:
            return torch.zeros(self.replicates, dtype=torch.int64, device=self.each.device)
        loss, right = (
            values.view(self.count, -1).double()
            for values in self.judged(self.data.x_valid, self.data.y_valid)
        )
        right = right.masked_fill(~loss.isfinite(), -1)
        loss = loss.masked_fill(~loss.isfinite() | (right < right.amax(0)), torch.inf)
        return loss.argmin(0)

    def pick(self, values: Tensor, best: Tensor) -> Tensor:
        """Of the lanes (G R, …), those of the best rates, (R, …)."""
        return values.detach()[best * self.replicates + self.each[:, 0]]

    def pick_state(self, state: State, best: Tensor) -> State:
        """The same for all parameters and buffers."""
        return {name: self.pick(value, best) for name, value in state.items()}


class Watch:
    """Looks at all lanes at given steps; after training, it gives those of the best rates.

    Args:
        lanes: Whom to look at.
        look: What else to measure.
        steps: When.
        keep: Keep the networks.
        sealed: Look at the test rows, too; the caller hides the outcome until they are open.
    """

    def __init__(
        self, lanes: Lanes, look: Look | None, steps: set[int], *, keep: bool, sealed: bool
    ) -> None:
        self.lanes, self.look, self.wanted, self.keep = lanes, look, steps, keep
        data = lanes.data
        self.parts = {"valid": (data.x_valid, data.y_valid)} if data.x_valid.shape[1] else {}
        self.parts |= {"test": data.test_part} if sealed else {}
        self.steps: list[int] = []
        self.curves: dict[str, list[Tensor]] = {}
        self.looks: dict[str, list[Tensor]] = {}
        self.states: list[State] = []

    @torch.no_grad()
    def __call__(self, step: int) -> None:
        """Look, if it is time to."""
        if step not in self.wanted:
            return
        self.steps.append(step)
        for kind, rows in self.parts.items():
            for what, values in zip(("loss", "accuracy"), self.lanes.judged(*rows), strict=True):
                self.curves.setdefault(f"{kind}_{what}", []).append(values)
        found = [self.look(net) for net in self.lanes.nets()] if self.look else [{}]
        for name in found[0]:
            self.looks.setdefault(name, []).append(torch.cat([one[name] for one in found]))
        if self.keep:
            self.states.append(saved_state(self.lanes.net))
        self.lanes.net.train()

    def seen(self, best: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor], list[Stacked]]:
        """Curves and what `look` measured by name, (R, L, …) each, and the networks."""
        curves, looks = (
            {name: self.lanes.pick(torch.stack(values, 1), best) for name, values in kind.items()}
            for kind in (self.curves, self.looks)
        )
        states = [self.lanes.pick_state(state, best) for state in self.states]
        return curves, looks, [with_state(self.lanes.net, state).eval() for state in states]
