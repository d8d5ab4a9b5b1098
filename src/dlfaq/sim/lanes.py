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
    def valid(self) -> tuple[Tensor, Tensor]:
        """Loss and accuracy on the validation rows, (G R,) each; 0 if labels are numbers."""
        x, y = self.prepare(self.data.x_valid), self.data.y_valid
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
        loss, right = (values.view(self.count, -1).double() for values in self.valid())
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
    """Looks at all lanes at given steps; when training is over, it gives those of the best rates."""

    def __init__(self, lanes: Lanes, look: Look | None, steps: set[int], *, keep: bool) -> None:
        self.lanes, self.look, self.wanted, self.keep = lanes, look, steps, keep
        self.steps: list[int] = []
        self.valid: list[tuple[Tensor, Tensor]] = []
        self.looks: list[dict[str, Tensor]] = []
        self.states: list[State] = []

    @torch.no_grad()
    def __call__(self, step: int) -> None:
        """Look, if it is time to."""
        if step not in self.wanted:
            return
        self.steps.append(step)
        if self.lanes.data.x_valid.shape[1]:
            self.valid.append(self.lanes.valid())
        if self.look:
            found = [self.look(net) for net in self.lanes.nets()]
            self.looks.append({name: torch.cat([one[name] for one in found]) for name in found[0]})
        if self.keep:
            self.states.append(saved_state(self.lanes.net))
        self.lanes.net.train()

    def seen(self, best: Tensor) -> dict:
        """The fields of `Trained` that looks fill."""
        lanes = self.lanes
        fields: dict = {"steps": torch.tensor(self.steps, device=best.device)}
        if self.valid:
            losses, right = (torch.stack(part, 1) for part in zip(*self.valid, strict=True))
            fields |= {
                "valid_loss": lanes.pick(losses, best),
                "valid_accuracy": lanes.pick(right, best),
            }
        if self.looks:
            names = self.looks[0]
            stacked = {name: torch.stack([one[name] for one in self.looks], 1) for name in names}
            fields["looks"] = {name: lanes.pick(values, best) for name, values in stacked.items()}
        fields["nets"] = [
            with_state(lanes.net, lanes.pick_state(state, best)).eval() for state in self.states
        ]
        return fields
