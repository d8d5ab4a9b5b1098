"""A checkpoint file that was cut off or changed: who notices?

python sims/checkpoints/checkpoint_damage.py --damage flip

https://docs.pytorch.org/docs/stable/generated/torch.load.html
"""

import io
import zipfile
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates
from dlfaq.sim.checkpoints import loaded, saved


def checkpoint_damage(
    replicates: Replicates,
    damage: Literal["none", "cut", "flip"] = "cut",
    inputs: int = 256,
    outputs: int = 64,
) -> dict[str, Tensor]:
    """Save a layer, damage the bytes, and load them.

    Setting: a layer of {inputs} inputs and {outputs} outputs; damage: {damage}.

    Args:
        replicates: One layer and one place of damage each.
        damage: None; the file ends somewhere, as if the program died while it was writing; or one
            bit of one weight is flipped, as a bad disk or a careless script does.
        inputs: Inputs of the layer.
        outputs: Outputs of the layer.

    Metrics:
        loads: 1 if `torch.load` gives something back, 0 if it raises an error, in [0, 1].
        equal: 1 if that is what was saved, else 0, in [0, 1].
        sound: 1 if `zipfile`'s `testzip` finds every checksum right, else 0, in [0, 1].
    """
    net = replicates.stack("layer", lambda: nn.Linear(inputs, outputs, bias=False))
    layers = net.weights()["weight"].detach().cpu()  # (R, outputs, inputs)
    places = replicates.uniform("place", dtype=torch.float64).tolist()
    results = []
    for weight, place in zip(layers, places, strict=True):
        data = bytearray(saved({"weight": weight.clone()}))
        if damage == "cut":
            data = data[: int(place * len(data))]
        elif damage == "flip":
            start = data.index(weight.numpy().tobytes())  # where the weights lie in the file
            data[start + int(place * weight.nbytes)] ^= 1
        try:
            back = loaded(bytes(data))["weight"]
        except ValueError:
            back = None
        equal = back is not None and torch.equal(back, weight)
        results.append([back is not None, equal, _sound(bytes(data))])
    table = torch.tensor(results, dtype=torch.float64, device=replicates.device)  # (R, 3)
    return dict(zip(("loads", "equal", "sound"), table.unbind(1), strict=True))


def _sound(data: bytes) -> bool:
    """Whether the file is a zip whose parts all have the checksum (CRC-32) that it gives them."""
    try:
        return zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    except zipfile.BadZipFile:
        return False


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
