"""Checkpoint files in memory: `torch.save` and `torch.load` without a disk."""

import io
import pickle
from typing import Any

import torch


def saved(state: object) -> bytes:
    """The bytes that `torch.save(state, file)` writes."""
    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()


def loaded(data: bytes) -> Any:
    """What `torch.load(file, weights_only=True)` reads from these bytes, on the CPU.

    Raises:
        ValueError: If PyTorch cannot read them; it raises several kinds of errors itself.
    """
    try:
        return torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")
    except (RuntimeError, ValueError, OSError, EOFError, pickle.UnpicklingError) as error:
        msg = "this is no checkpoint that torch.load can read"
        raise ValueError(msg) from error
