"""The page about the commands is what the commands say."""

from pathlib import Path

import pytest

from dlfaq.cli.manual import manual

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_what_the_commands_say():
    """Write it anew with `python -m dlfaq.cli.manual > docs/commands.md`."""
    assert PAGE.read_text("utf-8") == manual()


@pytest.mark.parametrize(
    "word", ["dlfaq ask", "dlfaq verify", "dlfaq site build", "--offline", "--record", "130"]
)
def test_it_names_every_command(word):
    assert word in manual()
