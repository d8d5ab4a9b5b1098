"""`dlfaq site build`, `dlfaq site serve`, `dlfaq new`, `dlfaq init` and `dlfaq schema`."""

from pathlib import Path
from typing import Annotated

import typer

from dlfaq.cli.shared import Root, missing_extra, notice, root_of


def site_build(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to put it. Default: site/.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="To be opened from its folder, search included.")
    ] = False,
    root: Root = None,
) -> None:
    """Build the site from the entries and their evidence. Nothing of the FAQ is run.

    Example: dlfaq site build
    """
    from dlfaq.site.build import build_site

    where = root_of(root)
    target = output or Path.cwd() / "site"
    try:
        pages = build_site(where, target, offline=offline, notice=notice)
    except ModuleNotFoundError as error:
        raise missing_extra(error.name, "site") from error
    typer.echo(
        f"{pages} pages in {target}; open {target / 'index.html'}, "
        "or read them with `dlfaq site serve`."
    )


def site_serve(
    port: Annotated[
        int, typer.Option("--port", "-p", min=1, max=65535, help="Port on this machine.")
    ] = 8000,
    root: Root = None,
) -> None:
    """Serve the site on this machine, rebuilt whenever an entry or its evidence changes.

    Example: dlfaq site serve --port 8001
    """
    from dlfaq.site.build import serve_site

    where = root_of(root)
    typer.echo(f"http://127.0.0.1:{port}/ (stop with Ctrl-C)", err=True)
    try:
        serve_site(where, port)
    except ModuleNotFoundError as error:
        raise missing_extra(error.name, "site") from error


def new(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Lower-case words joined by hyphens.")],
    question: Annotated[
        str, typer.Option("--question", "-q", help="The question that it answers.")
    ] = "",
    root: Root = None,
) -> None:
    """Start an entry and its simulation, as files that pass `dlfaq check`.

    Example: dlfaq new warmup-length -q "How long should warmup be?"
    """
    from dlfaq.knowledge.authoring import new_entry

    for path in new_entry(root_of(root), entry, question):
        typer.echo(f"wrote {_shown(path)}")
    typer.echo(f"Next: edit both and take out `draft: true`, then `dlfaq verify {entry} --record`.")


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Made if it is not there.")],
) -> None:
    """Start an FAQ of your own, with one entry, on which every command works.

    Example: dlfaq init our-faq
    """
    from dlfaq.knowledge.authoring import init_faq

    for path in init_faq(directory):
        typer.echo(f"wrote {_shown(path)}")
    typer.echo(f"Next: cd {directory}, then `dlfaq verify` and `dlfaq ask`.")


def schema() -> None:
    """Print the JSON schema of an entry's file, for editors that complete and check YAML.

    Example: dlfaq schema > entry.schema.json
    """
    from dlfaq.cli.shared import say_json
    from dlfaq.knowledge.schema import json_schema

    say_json(json_schema())


def _shown(path: Path) -> str:
    """A path as the reader would type it from here."""
    here = Path.cwd()
    return (
        str(path.resolve().relative_to(here)) if path.resolve().is_relative_to(here) else str(path)
    )
