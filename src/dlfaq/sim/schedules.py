"""Learning-rate schedules by name: PyTorch's own schedulers, set up as is common."""

from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    SequentialLR,
)


def scheduler(optimizer: Optimizer, name: str, horizon: int, knee: float = 20.0) -> LRScheduler:
    """Attach a schedule to an optimizer whose learning rate is the peak.

    `optimizer.step(); scheduler.step()` then go together, once a training step.

    Args:
        optimizer: Its `lr` is the peak of the schedule.
        name: `constant`, `linear` (to 0), `cosine` (to 0), `one-cycle`, `cooldown` (constant for
            the first 80 % of the horizon, then linear to 0), `drops` (divided by 10 after a half
            and after three quarters of the horizon), `inverse` (b / (b + t)) or `inverse-sqrt` (its
            square root).
        horizon: Steps the schedule is made for; `constant`, `inverse` and `inverse-sqrt` do not
            look at it.
        knee: b of the inverse schedules, in steps.

    Raises:
        KeyError: If there is no schedule of that name.
    """
    peak = optimizer.param_groups[0]["lr"]
    plateau = horizon * 4 // 5
    makers = {
        "constant": lambda: ConstantLR(optimizer, factor=1.0),
        "linear": lambda: LinearLR(
            optimizer, start_factor=1.0, end_factor=0.0, total_iters=horizon
        ),
        "cosine": lambda: CosineAnnealingLR(optimizer, T_max=horizon),
        "one-cycle": lambda: OneCycleLR(
            optimizer, max_lr=peak, total_steps=horizon, cycle_momentum=False
        ),
        "cooldown": lambda: SequentialLR(
            optimizer,
            [
                ConstantLR(optimizer, factor=1.0),
                LinearLR(optimizer, 1.0, 0.0, total_iters=horizon - plateau),
            ],
            milestones=[plateau],
        ),
        "drops": lambda: MultiStepLR(
            optimizer, milestones=[horizon // 2, horizon * 3 // 4], gamma=0.1
        ),
        "inverse": lambda: LambdaLR(optimizer, lambda step: knee / (knee + step)),
        "inverse-sqrt": lambda: LambdaLR(optimizer, lambda step: (knee / (knee + step)) ** 0.5),
    }
    return makers[name]()
