"""The gradient of a residual network as a sum over paths: each block is either passed or skipped.

python sims/depth/residual_paths.py --blocks 6

https://arxiv.org/abs/1605.06431
"""

import itertools

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def residual_paths(
    replicates: Replicates, blocks: int = 8, gain: float = 0.5, skip: bool = True, width: int = 16
) -> dict[str, Tensor]:
    """Take the Jacobian of blocks x -> x + f(x), with f(x) = tanh(W x), in float64.

    Args:
        replicates: One network and one input each.
        blocks: Number of blocks L.
        gain: g. The weights are normal with variance g^2 / width.
        skip: Add x; without it a block is f(x) alone.
        width: Units n of every layer.

    Metrics:
        product_error: distance of the product of all I + J_l (J_l without skips) from the Jacobian,
            over its norm.
        path_error: the same for the sum over all 2^L choices of blocks, each the product of its
            blocks' J_l.
        direct: share of the path of no block, the identity: its squared norm over the sum of all
            paths' squared norms, in [0, 1].
        blocks_passed: blocks on a path, averaged over all paths, weighed by their squared norms.
        smallest: smallest singular value of the Jacobian.
        largest: largest singular value of the Jacobian.
    """
    weights = (
        gain / width**0.5 * replicates.normal("weights", blocks, width, width, dtype=torch.float64)
    )
    x = replicates.normal("input", width, 1, dtype=torch.float64).requires_grad_()  # (R, n, 1)

    h, jacobians = x, []
    for w in weights.unbind(1):  # (R, n, n)
        f = torch.tanh(w @ h)  # (R, n, 1)
        jacobians.append(((1 - f.square()) * w).detach())  # (R, n, n): diag(tanh') W
        h = h + f if skip else f
    # one backward pass a row of the Jacobian: dh_i / dx
    rows = [torch.autograd.grad(h[:, i].sum(), x, retain_graph=True)[0] for i in range(width)]
    jacobian = torch.cat(rows, 2).mT  # (R, n, n)

    identity = torch.eye(width, dtype=torch.float64, device=replicates.device)
    product = identity.expand_as(jacobian)
    for j in jacobians:
        product = (j + identity if skip else j) @ product

    # every choice of blocks is a path; the others are skipped
    total, power, passed = torch.zeros_like(jacobian), 0.0, 0.0
    for choice in itertools.product((False, True), repeat=blocks):
        path = identity.expand_as(jacobian)
        for j in itertools.compress(jacobians, choice):
            path = j @ path
        total = total + path
        power = power + _square(path)  # (R,)
        passed = passed + sum(choice) * _square(path)
    values = torch.linalg.svdvals(jacobian)  # (R, n), descending
    return {
        "product_error": (_square(product - jacobian) / _square(jacobian)).sqrt(),
        "path_error": (_square(total - jacobian) / _square(jacobian)).sqrt(),
        "direct": width / power,
        "blocks_passed": passed / power,
        "smallest": values[:, -1],
        "largest": values[:, 0],
    }


def _square(matrix: Tensor) -> Tensor:
    """Squared Frobenius norm, (R, n, n) to (R,)."""
    return matrix.square().sum((1, 2))


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
