"""Many copies of one network, run as one."""

import copy
from collections.abc import Iterator, Sequence

from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap


class Stacked(nn.Module):
    """R modules of one architecture whose parameters are stacked along a new first dimension.

    The parameters are ordinary ones of shape (R, …), so `torch.optim` trains all copies at once:
    PyTorch's optimizers work element by element, which keeps the replicates apart. What mixes a
    network's parameters, such as clipping by norm, must be done a replicate at a time
    (`clip_grad_norm`).

    Args:
        modules: At least one; all of the same architecture.
    """

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        super().__init__()
        parameters, buffers = stack_module_state(list(modules))
        self._names = list(parameters)
        self._buffer_names = list(buffers)
        for name, value in parameters.items():
            self.register_parameter(name.replace(".", "__"), nn.Parameter(value.detach()))
        for name, value in buffers.items():
            self.register_buffer(name.replace(".", "__"), value)
        # on "meta" a module keeps its code and its mode but no numbers; a list hides it
        # from `parameters`
        self._template = [copy.deepcopy(modules[0]).to("meta")]

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map each copy over its own inputs: (R, N, …) in, (R, N, …) out."""
        state = self.weights() | {
            name: getattr(self, name.replace(".", "__")) for name in self._buffer_names
        }
        template = self._template[0].train(self.training)

        def one(state: dict[str, Tensor], inputs: tuple[Tensor, ...]) -> Tensor:
            return functional_call(template, state, inputs)

        return vmap(one, randomness="different")(state, inputs)

    def weights(self) -> dict[str, nn.Parameter]:
        """The stacked parameters by their name in one module, e.g. `{'0.weight': (R, out, in)}`."""
        return {name: getattr(self, name.replace(".", "__")) for name in self._names}

    def layers(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The weight matrices alone, (R, out, in) each, from input to output."""
        for name, value in self.weights().items():
            if value.dim() == 3:  # noqa: PLR2004 - a replicate's matrix
                yield name, value
