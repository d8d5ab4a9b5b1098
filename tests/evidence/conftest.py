"""The toy FAQ serves here as well."""

from tests.verify.conftest import cache, faq, toy

__all__ = ["cache", "faq", "toy"]
