"""Pasted errors, by their type. An error that no entry is about is refused by its name.

A message is known by what it says, a topic only beside a word of errors. What training itself goes
through (NaN, a loss scale, a graph used twice, a checkpoint that does not fit) is never refused for
its type. Plain substrings: patterns would take longer to compile than all of them to look for.
Standard library only.
"""

import sqlite3
from collections.abc import Mapping

from dlfaq.ask.query import Query
from dlfaq.ask.signals import TELLING
from dlfaq.ask.words import COMMON

ABOUT = (
    0.85  # the share of an entry's phrasing that an error must hold for the entry to be about it
)
LEAST_WORDS = 2
LEAST_PROSE, MOSTLY = 4, 0.7  # words of a line, and the share of them that are plain
ERRORS = ("error", "exception", "traceback", "failed", "fatal", "assert", "cannot ", "can't ")
OF_TRAINING = (
    "nan", "non-finite", "infinite", "inplace operation", "in-place operation",
    "modified by an inplace", "does not require grad", "through the graph a second",
    "retain_graph", "state_dict", "state dict", "size mismatch for", "gradient overflow",
    "loss scale", "loss scaler", "overflow encountered", "divide by zero",
    "more than 1 value per channel", "zero_grad", "backward",
)  # fmt: skip
MESSAGES: Mapping[str, tuple[str, ...]] = {
    "running out of memory": (
        "out of memory", "outofmemory", "resourceexhausted", "oom when", "bad_alloc",
        "can't allocate memory", "cannot allocate memory", "memoryerror",
    ),
    "a shape mismatch": (
        "mat1 and mat2", "shapes cannot be multiplied", "size mismatch, m1",
        "must match the size of tensor", "could not be broadcast",
        "is invalid for input of size", "tensor to be equal size", "tensors must match except",
        "sizes of tensors must match", "dimension out of range", "given groups=",
        "-dimensional input", "incompatible shapes", "shapes must be equal", "not aligned:",
        "is incompatible with the layer", "min_ndim", "expected 2d array",
        "inconsistent numbers of samples", "values to unpack", "cannot reshape array",
        "inhomogeneous shape", "shape mismatch:", "batch_size to match target",
        "running_mean should contain", "must be equal, but are", "invalid shape",
        "mismatch in shape", "is not broadcastable", "not divisible by",
    ),
    "tensors on different devices": (
        "on the same device", "but found at least two devices", "but got device",
        "torch.cuda.floattensor", "is on cpu, but expected", "object of device type",
        "cuda tensor to numpy", "type cuda tensor", "weight type (torch",
        "expected object of backend",
    ),
    "an error of CUDA or its driver": (
        "cuda error", "cudnn_status", "cudnn error", "cublas_status", "nccl error",
        "ncclunhandled", "no kernel image", "nvidia driver", "cuda driver", "device-side assert",
        "illegal memory access", "cuda_error", "cuda_home", "not compiled with cuda",
        "cuda is not available", "no cuda gpus", "invalid device ordinal", "hip error",
        "nvidia-smi has failed", "could not load dynamic library", "libcud",
        "index out of bounds\"` failed", "indexselectlargeindex", "srcindex < srcselectdimsize",
    ),
    "an import error": (
        "modulenotfounderror", "importerror", "no module named", "cannot import name",
        "dll load failed", "undefined symbol", "partially initialized module",
        "cannot open shared object",
    ),
    "a tokenizer error": (
        "can't load tokenizer", "does not have a padding token", "padding token",
        "tokenizer class", "longer than the specified maximum", "no attribute 'pad_token",
        "sentencepiece",
    ),
    "a file error": (
        "filenotfounderror", "no such file or directory", "permissionerror", "permission denied",
        "isadirectoryerror", "notadirectoryerror", "unicodedecodeerror", "unpicklingerror",
        "invalid load key", "eoferror", "jsondecodeerror", "no space left", "badzipfile",
        "not a zip file", "too many open files", "can't open file", "unable to open file",
        "is not a valid file", "parsererror",
    ),
    "a network error": (
        "connectionerror", "httperror", "ssl", "max retries exceeded", "connection refused",
        "connection reset", "timed out", "timeouterror", "rate limit", "401 client",
        "403 client", "404 client", "repositorynotfound",
    ),
    "an installation error": (
        "failed building wheel", "could not build wheels", "no matching distribution",
        "could not find a version", "cmake error", "fatal error:", "ninja: build stopped", "gcc",
        "linker", "resolvepackagenotfound", "conflicting dependencies",
        "unsupported gnu version", "nvcc fatal",
    ),
    "a mismatch of number types": (
        "expected scalar type", "object of scalar type", "same dtype", "found dtype",
        "not implemented for 'half'", "not implemented for 'long'", "not implemented for 'int'",
        "can't be cast to the desired", "expected dtype", "could not convert string",
        "can't convert np", "cannot cast",
    ),
    "a crash of the process": (
        "segmentation fault", "core dumped", "bus error", "exited unexpectedly",
        "killed by signal", "sigkill", "sigsegv", "exit code -9", "freeze_support", "brokenpipe",
        "stack smashing",
    ),
}  # fmt: skip
EXCEPTIONS: Mapping[str, str] = {
    f"{name.lower()}error": f"a Python {name}Error"
    for name in (
        *("Attribute", "Type", "Key", "Index", "Name", "Syntax", "Indentation", "Assertion"),
        *("UnboundLocal", "NotImplemented", "Recursion", "ZeroDivision", "Value", "Runtime"),
        *("OS", "Lookup", "Config", "Validation", "InvalidArgument", "Internal"),
    )
}  # fmt: skip


def failure_in(text: str) -> str:
    """The type of the error in a text, in words; empty if there is none, or one of training."""
    lower = text.lower()
    if any(_word(mark, lower) for mark in OF_TRAINING):
        return ""
    for name, messages in MESSAGES.items():
        if any(one in lower for one in messages):
            return name
    for mark, name in EXCEPTIONS.items():
        if f"{mark}:" in lower or f"{mark} " in lower:
            return name
    return "an error" if "traceback (most recent" in lower or _names_error(text) else ""


def _names_error(text: str) -> bool:
    """Does it hold a class of errors with a message, such as `cv2.SomeError: …`?"""
    for mark in ("Error:", "Exception:"):
        at = text.find(mark)
        if at > 0 and text[at - 1].isalnum():
            return True
    return False


def _word(mark: str, text: str) -> bool:
    """Is it there, and no part of a longer word?"""
    at = text.find(mark)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(mark) : at + len(mark) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        at = text.find(mark, at + 1)
    return False


def has_entry(db: sqlite3.Connection, query: Query, failure: str) -> bool:
    """Is an entry about this error: is one asked as hardly more than it?

    Args:
        db: The index.
        query: The words of the error.
        failure: Its type.
    """
    found = db.execute("SELECT words FROM failures WHERE failure = ?", (failure,))
    return any(_contained(query, words.split()) for (words,) in found)


def _contained(query: Query, phrasing: list[str]) -> bool:
    whole = held = 0.0
    words = [word for word in dict.fromkeys(phrasing) if word[0].isalpha()]
    for word in words:
        worth = query.rarity.get(word, 1.0 if word in COMMON else TELLING)
        whole += worth
        held += worth if word in query.own else 0.0
    return len(words) >= LEAST_WORDS and held >= ABOUT * whole


def beside_error(text: str) -> str:
    """The asker's own words beside a pasted error: lines of prose without a word of errors."""
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if _is_prose(line)) if len(lines) > 1 else ""


def _is_prose(line: str) -> bool:
    words = line.split()
    plain = sum(word.strip(".,?!'").isalpha() for word in words)
    return (
        len(words) >= LEAST_PROSE
        and plain >= MOSTLY * len(words)
        and not any(one in line.lower() for one in ERRORS)
    )
