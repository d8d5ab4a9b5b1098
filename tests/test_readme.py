"""What README says is so: its claim is in the entry, its commands and files exist."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_claim_is_the_entrys():
    """The example is no invention."""
    (shown,) = yaml.safe_load(re.search(r"```yaml\n(.*?)```", README, re.DOTALL)[1])
    claims = yaml.safe_load((ROOT / "faq" / "initial-loss.yaml").read_text("utf-8"))["claims"]

    assert shown == next(claim for claim in claims if claim["id"] == shown["id"])


def test_the_commands_exist():
    """Every `dlfaq …` in a console block is a command of the program."""
    from dlfaq.cli import app

    known = {command.name or command.callback.__name__ for command in app.registered_commands} | {
        "site"
    }
    blocks = "\n".join(re.findall(r"```console\n(.*?)```", README, re.DOTALL))

    assert set(re.findall(r"\bdlfaq ([a-z]+)", blocks)) <= known
    assert {"ask", "show", "verify", "run", "check", "site", "new", "init"} <= set(
        re.findall(r"\bdlfaq ([a-z]+)", README)
    )


def test_the_links_lead_somewhere():
    """Files that README names are there."""
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).is_file(), name


def test_make_targets_exist():
    """The two commands, and what CONTRIBUTING adds."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_torch_is_pinned():
    """An open range would fetch another build."""
    assert "\ntorch==2.13.0\n" in (ROOT / "constraints.txt").read_text("utf-8")
