"""An optimizer with its learning rate tuned on validation, and without.

python sims/tuned_optimizers.py --optimizer adam --lowest 1e-3 --points 6

https://arxiv.org/abs/1910.05446
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows

OPTIMIZERS = {
    "sgd": lambda weights, lr: torch.optim.SGD(weights, lr=lr),
    "momentum": lambda weights, lr: torch.optim.SGD(weights, lr=lr, momentum=0.9),
    "adagrad": lambda weights, lr: torch.optim.Adagrad(weights, lr=lr),
    "rmsprop": lambda weights, lr: torch.optim.RMSprop(weights, lr=lr),
    "adam": lambda weights, lr: torch.optim.Adam(weights, lr=lr),
    "adamw": lambda weights, lr: torch.optim.AdamW(weights, lr=lr),
}


def tuned_optimizers(
    replicates: Replicates,
    optimizer: Literal["sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw"] = "sgd",
    lowest: float = 0.1,
    factor: float = 3.0,
    points: int = 4,
    steps: int = 100,
    spread: float = 0.0,
    rotated: bool = False,
    hidden: int = 16,
) -> dict[str, Tensor]:
    """Train on 400 digits at each rate of a grid, and keep the rate that is best on 200 others.

    Every rate starts from the same weights and sees the same batches of 32; only the optimizer's arithmetic differs.

    Args:
        replicates: One choice of images, one network and one order of the batches each.
        optimizer: PyTorch's, with its default settings but for the rate; momentum is 0.9.
        lowest: Lowest learning rate of the grid.
        factor: From one rate of the grid to the next.
        points: Rates in the grid; with 1 nothing is tuned.
        steps: Training steps at each rate.
        spread: Each pixel is multiplied by a power of ten, evenly between -spread and spread: 0 changes nothing.
        rotated: Turn the rescaled images by a random rotation, so that no pixel has a scale of its own any more.
        hidden: Units of the hidden layer.

    Metrics:
        valid[rate]: accuracy on the validation images, at each rate.
        test[rate]: accuracy on the test images, at each rate.
        tuned: test accuracy at the rate that is best on the validation images.
        picked: that rate.
        inner: 1 if it is neither the lowest nor the highest of the grid, so that the grid was wide enough.
    """
    data = digits(centred=True)
    x, y, x_test, y_test = (part.to(replicates.device) for part in data)
    powers = 2 * replicates.uniform("powers", 1, 64) - 1  # (R, 1, 64), between -1 and 1
    turn = torch.linalg.qr(replicates.normal("turn", 64, 64)).Q if rotated else None  # (R, 64, 64)

    def show(images: Tensor) -> Tensor:
        """Images as this replicate's network sees them, (R, N, 64)."""
        scaled = images / x.std() * 10 ** (spread * powers)
        return scaled @ turn if rotated else scaled

    chosen = replicates.permutation("images", len(x))  # (R, 1200)
    train, valid = chosen[:, :400], chosen[:, 400:600]
    images, images_valid, images_test = show(rows(x, train)), show(rows(x, valid)), show(replicates.same(x_test))
    labels, labels_valid, labels_test = y[train], y[valid], replicates.same(y_test)

    net = replicates.stack("net", lambda: nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10)))
    start = [weight.detach().clone() for weight in net.parameters()]
    batches = replicates.batches("batches", 400, 32, steps)  # (R, steps, 32)
    each = torch.arange(len(replicates), device=replicates.device)[:, None]  # (R, 1): a replicate's own images
    rates, on_valid, on_test = [lowest * factor**point for point in range(points)], [], []
    for lr in rates:
        with torch.no_grad():
            for weight, first in zip(net.parameters(), start, strict=True):
                weight.copy_(first)
        descent = OPTIMIZERS[optimizer](net.parameters(), lr)
        for step in range(steps):
            index = batches[:, step]  # (R, 32)
            loss = cross_entropy(net(images[each, index]), labels[each, index])  # (R,)
            descent.zero_grad()
            loss.sum().backward()
            descent.step()
        with torch.no_grad():
            on_valid.append(accuracy(net(images_valid), labels_valid))
            on_test.append(accuracy(net(images_test), labels_test))
    on_valid, on_test = torch.stack(on_valid, 1), torch.stack(on_test, 1)  # (R, rates)
    best = on_valid.argmax(1)  # (R,)
    rate = torch.tensor(rates, dtype=torch.float64, device=best.device)
    return {
        "valid": on_valid,
        "test": on_test,
        "rate": rate,
        "tuned": on_test.gather(1, best[:, None])[:, 0],
        "picked": rate[best],
        "inner": (best > 0) & (best < points - 1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
