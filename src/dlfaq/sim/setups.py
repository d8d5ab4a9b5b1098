"""Healthy set-ups: small networks with data, an optimizer and a rate at which they learn.

setup = Setup(model="conv", optimizer="sgd")
net, data = setup.network(replicates), setup.data(replicates)
"""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from dlfaq.sim.nets import RowsTransformer, convnet, mlp
from dlfaq.sim.replicates import Replicates
from dlfaq.sim.stacked import Stacked
from dlfaq.sim.training_data import Data, load

MODELS = ("mlp", "conv", "transformer")
RATES = {  # three times as much and a third of it learn as well, by model and optimizer
    ("mlp", "sgd"): 0.2,
    ("mlp", "adamw"): 0.005,
    ("conv", "sgd"): 0.1,
    ("conv", "adamw"): 0.005,
    ("transformer", "sgd"): 0.1,
    ("transformer", "adamw"): 0.003,
}


@dataclass(frozen=True)
class Setup:
    """What a sound training script chose; its defaults are a small network on digits.

    Attributes:
        model: `mlp`, two hidden layers of ReLUs; `conv`, two convolutions of eight channels;
            `transformer`, two pre-norm blocks of width 32 that read an image's rows as tokens.
        optimizer: `sgd` or `adamw`.
        times: Its learning rate, as a multiple of the usual one in `RATES`.
        norm: Normalization before each ReLU, `none`, `batch` or `layer`; a transformer has its own.
        dropout: Share of the numbers entering the last layer that are set to 0 in training.
        dataset: `digits`, `cancer` or `wine`; only the MLP reads the last two.
        hidden: Units of each hidden layer of the MLP.
    """

    model: Literal["mlp", "conv", "transformer"] = "mlp"
    optimizer: Literal["sgd", "adamw"] = "adamw"
    times: float = 1.0
    norm: Literal["none", "batch", "layer"] = "none"
    dropout: float = 0.0
    dataset: Literal["digits", "cancer", "wine"] = "digits"
    hidden: int = 32

    @property
    def rate(self) -> float:
        """The learning rate."""
        return self.times * RATES[self.model, self.optimizer]

    def data(self, replicates: Replicates, *, raw: bool = False) -> Data:
        """Standardized examples, of which each replicate has its own for training.

        Args:
            replicates: Those who learn.
            raw: Leave them as they come: pixels from 0 to 255, or features in their own units.
        """
        data = load(replicates, self.dataset, own=True, scale="raw" if raw else "standard")
        return data.mapped(lambda x: x * 255 / 16) if raw and self.dataset == "digits" else data

    def network(self, replicates: Replicates, data: Data, *, cut: bool = False) -> Stacked:
        """Networks as PyTorch initializes them, a `Network` each."""
        return replicates.stack("net", lambda: self._one(data, cut=cut))

    def _one(self, data: Data, *, cut: bool) -> "Network":
        if self.model == "transformer":
            body = RowsTransformer()
            head, body.answer = body.answer, nn.Identity()
            return Network(body, head, cut=cut)
        if self.model == "conv":
            whole = convnet(8, data.classes, norm=self.norm)
        else:
            whole = mlp(data.features, [self.hidden] * 2, data.classes, norm=self.norm)
        return Network(whole[:-1], whole[-1], cut=cut)


class Network(nn.Module):
    """A body and the last layer.

    Args:
        body: All layers but the last.
        head: The last, linear one.
        cut: Detach what the body gives: nothing behind the cut gets a gradient.
    """

    def __init__(self, body: nn.Module, head: nn.Linear, *, cut: bool = False) -> None:
        super().__init__()
        self.body, self.head, self.cut = body, head, cut

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Tensor:
        """Inputs (N, …) to logits (N, k); `keep` (N, d) multiplies what enters the last layer."""
        h = self.body(x)
        h = h.detach() if self.cut else h
        return self.head(h if keep is None else h * keep)


def healthy_setups() -> list[Setup]:
    """Set-ups that all learn: model, optimizer, rates a factor 9 apart, norm, dropout, data."""
    of_digits = [
        Setup(model, optimizer, times)
        for model in MODELS
        for optimizer in ("sgd", "adamw")
        for times in (1 / 3, 1.0, 3.0)
    ]
    changes = ({"norm": "batch"}, {"norm": "layer"}, {"dropout": 0.2})
    changed = [
        Setup(model, optimizer, **change)
        for model in ("mlp", "conv")
        for optimizer in ("sgd", "adamw")
        for change in changes
    ]
    tables = [
        Setup("mlp", optimizer, dataset=name)
        for optimizer in ("sgd", "adamw")
        for name in ("cancer", "wine")
    ]
    return of_digits + changed + tables
