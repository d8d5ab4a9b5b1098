"""The toy FAQ, copied to where a test may change it, with a cache of its own."""

import pytest
from tests.verify.toys import copy_toy

from dlfaq.knowledge.load import load_faq


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keep out of the user's cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("DLFAQ_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def toy(tmp_path):
    """The root of a toy FAQ that a test may change."""
    return copy_toy(tmp_path / "toy")


@pytest.fixture
def faq(toy):
    """The toy FAQ."""
    return load_faq(toy)
