"""The site: Markdown pages into a folder, then MkDocs over them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.load import load_faq
from dlfaq.paths import bundled_root, cache_dir
from dlfaq.site.pages import pages

PACKAGE = Path(__file__).parent
ORDER = ("sources.md", "verification.md", "writing.md", "commands.md")


def write_pages(root: Path, output: Path) -> int:
    """Write the hand-written pages, the assets and the generated pages; return how many pages there are.

    Only files whose bytes changed are written, and those of what is gone are removed, so that a second build, and
    whoever watches the folder, sees nothing that is not new.

    Raises:
        Problems: If the FAQ's files are to be mended.
    """
    files: dict[Path, bytes] = {}
    for folder, below in ((PACKAGE / "assets", Path("assets")), (_docs(root), Path())):
        files |= {below / path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    files |= {Path(name): text.encode() for name, text in pages(load_faq(root)).items()}
    for path in [*output.rglob("*")] if output.exists() else []:
        if path.is_file() and path.relative_to(output) not in files:
            path.unlink()
    for name, data in files.items():
        path = output / name
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return sum(name.suffix == ".md" for name in files)


def build_site(root: Path, output: Path, *, strict: bool = True) -> int:
    """Build the site into a folder; return how many pages it has.

    Raises:
        Problems: If the FAQ's files are to be mended, or with `strict` for everything that MkDocs warns of.
        ModuleNotFoundError: If mkdocs-material is not installed.
    """
    from mkdocs.commands.build import build
    from mkdocs.exceptions import MkDocsException

    source = cache_dir(root) / "pages"
    count = write_pages(root, source)
    with _warnings() as found:
        try:
            build(_config(root, source, output))
        except (MkDocsException, SystemExit) as error:
            found.append(str(error))
    if found and strict:
        raise Problems([Problem("site", None, text) for text in found])
    return count


def serve_site(root: Path, port: int) -> None:
    """Serve the site on this machine until interrupted, built anew when an entry, its evidence or a page changes."""
    import tempfile

    from mkdocs.livereload import LiveReloadServer

    with tempfile.TemporaryDirectory(prefix="dlfaq-site-") as folder:
        output = Path(folder)

        def build() -> None:
            try:
                build_site(root, output, strict=False)
            except Problems as found:
                logging.getLogger(__name__).warning("%s", found)

        build()
        server = LiveReloadServer(build, "127.0.0.1", port, str(output), mount_path="/")
        for watched in ("faq", "evidence", "sims", "docs"):
            if (root / watched).is_dir():
                server.watch(str(root / watched))
        try:
            server.serve()
        finally:
            server.shutdown()


def _docs(root: Path) -> Path:
    own = root / "docs"
    return own if own.is_dir() else bundled_root() / "docs"


def _config(root: Path, source: Path, output: Path) -> object:
    from mkdocs.config import load_config

    own = root / "mkdocs.yml"
    config = load_config(
        str(own if own.is_file() else bundled_root() / "mkdocs.yml"),
        docs_dir=str(source),
        site_dir=str(output),
        strict=False,
    )
    config.theme.dirs.insert(0, str(PACKAGE / "overrides"))
    if config.nav is None:
        config.nav = _nav(source)
    return config


def _nav(source: Path) -> list[dict[str, object]]:
    """The order of the pages: what is read most comes first; what a team adds of its own comes last."""
    found = sorted(path.relative_to(source).as_posix() for path in source.rglob("*.md"))

    def below(folder: str) -> list[str]:
        index = f"{folder}/index.md"
        return [
            *[index] * (index in found),
            *(name for name in found if name.startswith(f"{folder}/") and name != index),
        ]

    sections = {"Questions": below("questions"), "Topics": below("topics"), "Simulations": below("simulations")}
    placed = {"index.md", *(name for names in sections.values() for name in names)}
    rest = [*(name for name in ORDER if name in found), *(name for name in found if name not in {*ORDER, *placed})]
    return [{"Home": "index.md"}, *({title: names} for title, names in sections.items() if names), *rest]


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect what MkDocs warns of, and keep it off the screen."""
    found: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    logger, handler = logging.getLogger("mkdocs"), Collect(logging.WARNING)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
