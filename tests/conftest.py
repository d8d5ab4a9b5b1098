"""Tests compute the same numbers on every processor, like the engine."""

import os
from collections.abc import Iterator

import pytest

from dlfaq.verify.repeatable import make_repeatable

make_repeatable()


@pytest.fixture(scope="session", autouse=True)
def usual_cache() -> Iterator[None]:
    """No test leaves its own cache behind: all processes then verify the claims in one."""
    before = os.environ.get("DLFAQ_CACHE_DIR")
    yield
    assert os.environ.get("DLFAQ_CACHE_DIR") == before
