"""Tests compute the same numbers on every processor, like the engine."""

from dlfaq.verify.repeatable import make_repeatable

make_repeatable()
