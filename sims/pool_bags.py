"""Is there a zero among these digits? Are most of them odd? One network, and two ways to pool over the images.

python sims/pool_bags.py --pool average --task any

https://arxiv.org/abs/1703.06114
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, cross_entropy, digits


class Bag(nn.Module):
    """Features of every image, pooled over the bag into one vector, and a linear classifier."""

    def __init__(self, pool: str, hidden: int) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.pool = pool
        self.answer = nn.Linear(hidden, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of bags: (B, n, 64) to (B, 2)."""
        h = self.features(x)  # (B, n, hidden)
        return self.answer(h.amax(1) if self.pool == "max" else h.mean(1))


def _bags(replicates: Replicates, part: str, task: str, y: Tensor, shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Draw bags of images: which images, (R, number, n), and the right answers, (R, number)."""
    number, positions = shape
    few, many = {"any": (0, 1), "most": (positions // 4, positions - positions // 4)}[task]
    wanted = y == 0 if task == "any" else y % 2 == 1
    inside, outside = wanted.nonzero()[:, 0], (~wanted).nonzero()[:, 0]
    answers = replicates.integers(f"{part} answers", 2, number)
    count = torch.where(answers == 1, many, few)[..., None]  # wanted images in a bag
    one = inside[replicates.integers(f"{part} wanted", len(inside), number, positions)]
    other = outside[replicates.integers(f"{part} other", len(outside), number, positions)]
    place = torch.arange(positions, device=one.device)
    return torch.where(place < count, one, other), answers  # pooling does not see their order


def pool_bags(
    replicates: Replicates,
    pool: Literal["max", "average"] = "max",
    task: Literal["any", "most"] = "any",
    positions: int = 16,
    steps: int = 150,
    lr: float = 5e-3,
    hidden: int = 16,
    batch: int = 16,
) -> dict[str, Tensor]:
    """Train on bags of handwritten digits with Adam, and test on bags of unseen ones.

    Args:
        replicates: One network and one sequence of bags each.
        pool: Over the images of a bag: largest or average of each feature.
        task: What to tell: whether any of the images is a 0, or whether most are odd digits.
        positions: Images n in a bag. A bag holds no 0 or exactly one; or a quarter of odd digits or three quarters.
        steps: Training steps.
        lr: Learning rate.
        hidden: Features.
        batch: Bags in a batch; tested on 8 times as many.

    Metrics:
        accuracy: share of the test bags that are told right.
    """
    data = digits()
    x, y, x_test, y_test = (values.to(replicates.device) for values in data)
    index, answers = _bags(replicates, "training", task, y, (steps * batch, positions))
    net = replicates.stack("net", lambda: Bag(pool, hidden))
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    for step in range(steps):
        now = slice(step * batch, (step + 1) * batch)
        loss = cross_entropy(net(x[index[:, now]]), answers[:, now])  # (R,)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()

    index, answers = _bags(replicates, "test", task, y_test, (8 * batch, positions))
    with torch.no_grad():
        told = net(x_test[index]).argmax(2)  # (R, 8 B)
    return {"accuracy": (told == answers).double().mean(1)}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
