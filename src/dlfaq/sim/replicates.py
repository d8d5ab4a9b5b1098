"""Replicates: independent repetitions of an experiment, each with randomness of its own."""

import hashlib
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from dlfaq.sim.stacked import Stacked


class Replicates:
    """The replicates one call of a simulation computes, all at once.

    Replicate i draws from generators that are seeded with (seed, simulation, i, name of the draw)
    and nothing else. So it gets the same numbers alone or in company, in whatever order draws are
    made, and two arms of a comparison that draw under the same names are paired.

    Every tensor that comes from here has the replicate as its first dimension, R.

    Args:
        simulation: The simulation's name.
        numbers: Which replicates, e.g. `range(32)`.
        device: Where tensors are put. The draws themselves are made on the CPU, so a GPU sees the
            same numbers.
        seed: Another seed gives other replicates.
    """

    def __init__(
        self, simulation: str, numbers: Sequence[int], device: str = "cpu", seed: int = 0
    ) -> None:
        if len(numbers) == 0:
            msg = "there must be at least one replicate"
            raise ValueError(msg)
        self.simulation = simulation
        self.numbers = tuple(numbers)
        self.device = torch.device(device)
        self.seed = seed
        self._drawn: set[str] = set()

    def __len__(self) -> int:
        return len(self.numbers)

    def normal(self, name: str, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Standard normal numbers, (R, *shape)."""
        return self._draw(name, lambda gen: torch.randn(shape, generator=gen, dtype=dtype))

    def uniform(self, name: str, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Numbers uniform on [0, 1), (R, *shape)."""
        return self._draw(name, lambda gen: torch.rand(shape, generator=gen, dtype=dtype))

    def integers(self, name: str, high: int, *shape: int) -> Tensor:
        """Whole numbers uniform on 0 … high - 1, (R, *shape), int64."""
        return self._draw(name, lambda gen: torch.randint(high, shape, generator=gen))

    def permutation(self, name: str, n: int) -> Tensor:
        """A random order of 0 … n - 1, (R, n), int64."""
        return self._draw(name, lambda gen: torch.randperm(n, generator=gen))

    def batches(self, name: str, n: int, size: int, steps: int) -> Tensor:
        """Indices of shuffled mini-batches, (R, steps, size), int64.

        Epochs follow each other, each in a new order; the rows that do not fill a batch are
        dropped, as `DataLoader(shuffle=True, drop_last=True)` does.

        Raises:
            ValueError: If a batch is larger than the data.
        """
        if not 0 < size <= n:
            msg = f"a batch of {size} cannot be drawn from {n} examples"
            raise ValueError(msg)
        per_epoch = n // size
        epochs = -(-steps // per_epoch)

        def order(gen: torch.Generator) -> Tensor:
            rows = [
                torch.randperm(n, generator=gen)[: per_epoch * size].view(per_epoch, size)
                for _ in range(epochs)
            ]
            return torch.cat(rows)[:steps]

        return self._draw(name, order)

    def stack(self, name: str, make: Callable[[], nn.Module]) -> Stacked:
        """Build one module a replicate, initialized by its own generator, and stack them.

        Args:
            name: Name of the draw. Two arms that use one name and one architecture start from equal
                weights.
            make: Builds an ordinary module with PyTorch's global random numbers, which are put back
                afterwards.
        """
        modules = []
        with torch.random.fork_rng(devices=[]):
            for seed in self._seeds(name):
                torch.manual_seed(seed)
                modules.append(make())
        return Stacked(modules).to(self.device)

    def same(self, tensor: Tensor) -> Tensor:
        """One tensor for all replicates: (*shape) becomes (R, *shape) without a copy."""
        return tensor.to(self.device).expand(len(self), *tensor.shape)

    def _draw(self, name: str, draw: Callable[[torch.Generator], Tensor]) -> Tensor:
        drawn = [draw(torch.Generator().manual_seed(seed)) for seed in self._seeds(name)]
        return torch.stack(drawn).to(self.device)

    def _seeds(self, name: str) -> list[int]:
        if name in self._drawn:  # it would be the same numbers again: a silent correlation
            msg = f"{self.simulation}: '{name}' is drawn twice; give each draw a name of its own"
            raise ValueError(msg)
        self._drawn.add(name)
        world = f"{self.seed}/{self.simulation}" if self.seed else self.simulation
        return [_seed(f"{world}/{number}/{name}") for number in self.numbers]


def _seed(key: str) -> int:
    digest = hashlib.sha256(
        key.encode()
    ).digest()  # not hash(): Python salts it anew in every process
    return int.from_bytes(digest[:8], "big") >> 1  # torch takes 63 bits
