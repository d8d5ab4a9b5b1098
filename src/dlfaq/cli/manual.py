"""The page about the commands, made from the commands: `python -m dlfaq.cli.manual`."""

from collections.abc import Iterator

import click
import typer

from dlfaq.cli.app import app

_BEGIN = """\
---
title: "Commands"
---

# Commands

The FAQ is the one around you; `--root DIR` names another; outside of one, the bundled FAQ is
used. `ask` and `show` look into the bundled FAQ beside yours, and say what comes from it;
`--only` leaves it out. A first word that is no command begins a question: `dlfaq why is my loss
nan`. Long texts go through `PAGER` on a terminal. Commands that print an answer take `--json`.
`pytest` collects `faq/*.yaml`, one test a claim, wherever dlfaq is installed.

| exit code | what it means |
| ---: | --- |
| 0 | it is as it should be |
| 1 | no answer, or a planned one; a claim is not verified, or not as recorded; a file to mend |
| 2 | bad usage, files without which nothing can be done, a full disk: one message a problem |
| 130 | interrupted; what finished is kept |

An entry that is to be mended costs itself: the other commands go on without it and say so, in one
line a file. `verify` of everything then ends with 2. An entry's file has at most a megabyte, a
text 20,000 characters, a list or a sweep 1,000 values.

`verify`, `run` and `pytest` run the simulations of an FAQ, which are Python programs. The first
time for an FAQ that did not come with dlfaq, `verify` and `run` say so. The other commands run
nothing of it: of its `mkdocs.yml`, `site` takes names, addresses, `nav`, `extra_css` and the
look, says what it ignores (`hooks`, `plugins`, `markdown_extensions`, templates, scripts, tags),
and refuses links that lead out of the FAQ.

What `ask --json` prints: `confidence` is `answer`, `guess` or `none`, and `probability` that the
first result is the right one. `answered` is true for an answer or a guess that can be read,
`planned` where what fits is not written yet. `log` says what the numbers of a pasted log show,
`error` names the type of a pasted error that no entry is about. Each of the `results` says in
`faq` where it comes from; the first one that fits has in `entry` all that `show --json` prints:
steps with their code, parts, claims with kinds and numbers. So a program needs no second call.
"""


def manual() -> str:
    """The page as Markdown."""
    group = typer.main.get_command(app)
    return "\n".join([_BEGIN, *_commands("dlfaq", group)]).rstrip() + "\n"


def _commands(name: str, command: click.Command) -> Iterator[str]:
    below = getattr(command, "commands", None)
    if below is not None:
        for word, one in below.items():
            yield from _commands(f"{name} {word}", one)
        return
    said, _, example = (command.help or "").partition("Example:")
    yield f"## `{name}` {{ #{name.removeprefix('dlfaq ').replace(' ', '-')} }}\n"
    yield f"{' '.join(said.split())}\n"
    if example.strip():
        yield f"```console\n$ {example.strip()}\n```\n"
    rows = [_row(one) for one in command.params if one.name != "help"]
    if rows:
        yield "| parameter | what it is |\n| --- | --- |"
        yield from rows
        yield ""


def _row(parameter: click.Parameter) -> str:
    options = (
        [*parameter.opts, *parameter.secondary_opts]
        if parameter.param_type_name == "option"
        else []
    )
    shown = (
        ", ".join(f"`{one}`" for one in options)
        or f"`{parameter.metavar or (parameter.name or '').upper()}`"
    )
    text = " ".join((getattr(parameter, "help", None) or "").split())
    return f"| {shown} | {text.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    typer.echo(manual(), nl=False)
