"""What training mode costs in evaluation, and evaluation mode in training.

python sims/symptoms/wrong_mode.py --norm batch --test_batch 4
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, cross_entropy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.nets import convnet, mlp
from dlfaq.sim.running import recompute
from dlfaq.sim.setups import Network, Setup
from dlfaq.sim.training import descend
from dlfaq.sim.training_data import Data, load


def wrong_mode(
    replicates: Replicates,
    norm: Literal["none", "batch", "layer"] = "batch",
    dropout: float = 0.0,
    model: Literal["mlp", "conv"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    momentum: float = 0.1,
    frozen_after: int = -1,
    validated: Literal["not", "shuffled", "sorted"] = "not",
    test_batch: int = 32,
    order: Literal["shuffled", "sorted"] = "shuffled",
    averaged: Literal["shuffled", "sorted"] = "shuffled",
    hidden: int = 32,
    layers: int = 2,
    steps: int = 100,
    batch: int = 32,
    data: Literal["digits", "cancer"] = "digits",
) -> dict[str, Tensor]:
    """Train, then test in both modes.

    Setting: a {model} on {data}, {layers} layers of {hidden}, norm: {norm} of momentum {momentum},
    dropout {dropout}, {optimizer} at its usual rate, batch {batch}, {steps} steps,
    evaluation mode after step {frozen_after} (-1: not), validated in training mode: {validated};
    test batches of {test_batch}, {order}; statistics recomputed over {averaged} batches

    Args:
        replicates: One network, its training examples and their order each.
        norm: Normalization before each ReLU.
        dropout: Share of the last layer's input that training mode sets to 0.
        model: An MLP, or two convolutions of eight channels.
        optimizer: Of the training, at its usual rate in `dlfaq.sim.setups`.
        momentum: Of the running statistics: the weight of the newest batch.
        frozen_after: Train in evaluation mode from this step on; -1 for never.
        validated: Afterwards pass 200 validation examples in training mode, in batches of 4.
        test_batch: Examples of a test batch in training mode, at least 2.
        order: Of the test examples: random, or sorted by class.
        averaged: Order of the training examples over which statistics are recomputed.
        hidden: Units of each hidden layer of an MLP.
        layers: Hidden layers of an MLP.
        steps: Training steps.
        batch: Examples of each step.
        data: What is learnt; cancer needs an MLP.

    Metrics:
        right: accuracy on the test examples in evaluation mode, in [0, 1].
        forgotten: the same in training mode, in [0, 1].
        repeated: share of these predictions that a second pass changes, in [0, 1].
        gap: accuracy on 480 training examples, training mode minus evaluation mode, in [-1, 1].
        repaired: as `right`, with statistics recomputed in batches of 32, in [0, 1].
    """
    setup = Setup(model, optimizer, 1.0, norm, dropout, data, hidden)
    rows = load(replicates, data, valid=200, own=True)
    net = replicates.stack("net", lambda: _network(rows, model, norm, [hidden] * layers, momentum))
    chosen = replicates.batches("batches", len(rows), batch, steps)  # (R, T, B)
    each = torch.arange(len(replicates), device=rows.x.device)[:, None]

    def outputs(name: str, x: Tensor) -> Tensor:
        """Logits in the mode that the networks are in; dropout is drawn under a name."""
        if not (dropout and net.training):
            return net(x)
        shape = x.shape[1], net.weights()["head.weight"].shape[-1]
        noise = replicates.uniform(f"kept {name}", *shape)
        return net(x, (noise >= dropout) / (1 - dropout))

    def loss_at(step: int) -> Tensor:
        net.train(frozen_after < 0 or step < frozen_after)
        index = chosen[:, step]
        return cross_entropy(outputs(f"step {step}", rows.x[each, index]), rows.y[each, index])

    def guess(name: str, x: Tensor, size: int, *, training: bool) -> Tensor:
        """Classes of x (R, n, …), asked in batches of this size; the networks stay as they were."""
        before = saved_state(net)
        net.train(training)
        parts = enumerate(x.split(size, 1))
        asked = [outputs(f"{name} {place}", part).argmax(-1) for place, part in parts]
        load_state(net, before)
        return torch.cat(asked, 1)

    descend(net.weights(), loss_at, steps, optimizer=optimizer, lr=setup.rate)
    with torch.no_grad():
        if validated != "not":
            by = rows.y_valid if validated == "sorted" else 0 * rows.y_valid
            for part in rows.x_valid[each, by.argsort(stable=True, dim=1)].split(4, 1):
                net.train()(part)
        seen, known = rows.x[:, :480], rows.y[:, :480]
        moving, fixed = (guess(f"seen {on}", seen, 32, training=on) for on in (True, False))
        by = replicates.permutation("mixed", len(rows))
        by = rows.y.argsort(1) if averaged == "sorted" else by
        anew = replicates.stack("anew", lambda: _network(rows, model, norm, [hidden] * layers, 1.0))
        recompute(anew, net, rows.x[each, by].split(32, 1))
        x, y = rows.open_test()
        whole = x.shape[1] // test_batch * test_batch
        by = y.argsort(1) if order == "sorted" else replicates.permutation("order", y.shape[1])
        x, y = x[each, by][:, :whole], y.gather(1, by)[:, :whole]
        first = guess("one", x, test_batch, training=True)
        hits = {
            "right": guess("right", x, whole, training=False) == y,
            "forgotten": first == y,
            "repeated": first != guess("two", x, test_batch, training=True),
            "repaired": anew(x).argmax(-1) == y,
            "gap": (moving == known).double() - (fixed == known).double(),
        }
        return {name: of_each.double().mean(1) for name, of_each in hits.items()}


def _network(rows: Data, model: str, norm: str, hidden: list[int], momentum: float) -> nn.Module:
    """A body and a last layer; its batch normalizations have this momentum."""
    size = rows.features, hidden, rows.classes
    whole = convnet(8, rows.classes, norm=norm) if model == "conv" else mlp(*size, norm=norm)
    for layer in whole:
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.momentum = momentum
    return Network(whole[:-1], whole[-1])


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
