"""Pasted errors by their type."""

import pytest

from dlfaq.ask.failures import beside_error, failure_in
from dlfaq.ask.rank import ask

TYPES = {
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x512 and 784x10)": "a shape mismatch",
    "ValueError: operands could not be broadcast together with shapes (3,) (4,)": "a shape mismatch",
    "torch.cuda.OutOfMemoryError: CUDA out of memory.": "running out of memory",
    "RuntimeError: CUDA error: no kernel image is available": "an error of CUDA or its driver",
    "RuntimeError: Expected all tensors to be on the same device": "tensors on different devices",
    "ModuleNotFoundError: No module named 'apex'": "an import error",
    "OSError: Can't load tokenizer for 'bert-base'": "a tokenizer error",
    "FileNotFoundError: [Errno 2] No such file or directory: 'a.pt'": "a file error",
    "requests.exceptions.ConnectionError: HTTPSConnectionPool": "a network error",
    "ERROR: Failed building wheel for tokenizers": "an installation error",
    "Segmentation fault (core dumped)": "a crash of the process",
    "AttributeError: 'list' object has no attribute 'shape'": "a Python AttributeError",
    "pkg.errors.TracerConversionError: it was called": "an error",
    "Traceback (most recent call last):\n  File 'x.py'": "an error",
}


@pytest.mark.parametrize(("text", "failure"), TYPES.items(), ids=str)
def test_errors_are_told_by_their_type(text, failure):
    """In words that a refusal can say."""
    assert failure_in(text) == failure


@pytest.mark.parametrize(
    "text",
    [
        "why is my loss nan",
        "RuntimeError: Function 'MulBackward0' returned nan values in its 0th output.",
        "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn",
        "a variable needed for gradient computation has been modified by an inplace operation",
        "Error(s) in loading state_dict: size mismatch for fc.weight",
        "Gradient overflow. Skipping step, loss scaler 0",
        "validation error is higher than training error",
        "how much memory does training need",
    ],
)
def test_what_training_goes_through_is_no_failure(text):
    """Nor is a question that has the word error in it."""
    assert failure_in(text) == ""


def test_an_error_that_an_entry_is_about_is_not_refused(faq):
    """An entry is about it if it is asked as hardly more than the error."""
    from dlfaq.ask.freshness import read_index

    error = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x512 and 784x10)"
    refused = read_index(faq, lambda db: ask(db, error))
    path = faq / "faq" / "nan-loss.yaml"
    bare = "  - 'RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)'\n"
    path.write_text(path.read_text().replace("also_asked:\n", f"also_asked:\n{bare}"))
    about = read_index(faq, lambda db: ask(db, error))

    assert (refused.confidence, refused.failure) == ("none", "a shape mismatch")
    assert (about.results[0].id, about.failure) == ("nan-loss", "")
    assert about.answered


def test_an_entry_that_only_mentions_the_error_is_not_about_it(faq):
    """Its phrasing says more than the error does."""
    from dlfaq.ask.freshness import read_index

    path = faq / "faq" / "nan-loss.yaml"
    more = "  - mat1 and mat2 shapes cannot be multiplied after I switched to a bidirectional encoder\n"
    path.write_text(path.read_text().replace("also_asked:\n", f"also_asked:\n{more}"))
    answer = read_index(faq, lambda db: ask(db, "mat1 and mat2 shapes cannot be multiplied"))

    assert answer.failure == "a shape mismatch"


def test_own_words_beside_an_error_are_asked():
    """Prose, and not the error's lines."""
    text = "my loss becomes nan after some steps, why?\nTraceback (most recent call last):\nKeyError: 'x'"

    assert beside_error(text) == "my loss becomes nan after some steps, why?"
    assert beside_error("KeyError: 'labels'") == ""
