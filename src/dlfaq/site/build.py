"""The site: Markdown pages into a folder, then MkDocs over them."""

import gc
import logging
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from dlfaq.errors import Problem, Problems, left_out
from dlfaq.knowledge.load import load
from dlfaq.paths import bundled_root, cache_dir
from dlfaq.site.configuration import configured
from dlfaq.site.figures.fence import Drawing
from dlfaq.site.machines import write_copies
from dlfaq.site.offline import for_folder
from dlfaq.site.pages import known_of, pages
from dlfaq.site.search import search_files
from dlfaq.site.shared import Known
from dlfaq.site.trust import refuse_links, settings

PACKAGE = Path(__file__).parent
WATCHED = ("faq", "evidence", "sims", "docs", "mkdocs.yml")
_PAGE = re.compile(r"'questions/(?!index\b)([a-z0-9-]+)\.md'")


def write_pages(root: Path, output: Path, known: Known | None = None) -> int:
    """Write hand-written pages, assets and generated pages; return how many pages there are.

    Pages of the FAQ's own `docs/` win over the bundled ones of the same name. Only files whose
    bytes changed are written, and those of what is gone are removed, so that a second build, and
    whoever watches the folder, sees nothing that is not new.

    Args:
        root: The FAQ.
        output: The folder; what else is in it goes.
        known: What was read of the FAQ already.

    Raises:
        Problems: If nothing of the FAQ can be read.
    """
    known = known or known_of(load(root))
    own: dict[Path, Path] = {}
    for folder, below in (
        (PACKAGE / "assets", "assets"),
        (bundled_root() / "docs", ""),
        (root / "docs", ""),
    ):
        own |= {
            below / path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()
        }
    made = chain(pages(known, _welcome(root)), search_files(known.faq).items())
    kept = set()
    for name, text in made:
        kept.add(Path(name))
        _renew(output, Path(name), text.encode())
    for name in own.keys() - kept:
        _renew(output, name, own[name].read_bytes())
    kept |= own.keys()
    for path in [*output.rglob("*")]:
        if path.is_file() and path.relative_to(output) not in kept:
            path.unlink()
    return sum(name.suffix == ".md" for name in kept)


def _welcome(root: Path) -> str:
    """How the home page begins and ends: the FAQ's own text, or ours under the FAQ's name."""
    index = root / "docs" / "index.md"
    if index.is_file():
        return index.read_text("utf-8")
    ours = (bundled_root() / "docs" / "index.md").read_text("utf-8")
    own, _ = settings(root)
    if "site_name" not in own:
        return ours
    _, mark, rest = ours.partition("\n## ")
    said = own.get("site_description", "")
    return f"# {own['site_name']}\n\n{said}\n{mark}{rest}"


def _renew(output: Path, name: Path, data: bytes) -> None:
    """Write a file if it would change, also where a folder stands, or below what was a file."""
    path = output / name
    if path.is_file() and path.read_bytes() == data:
        return
    for above in name.parents:
        if (output / above).is_file():
            (output / above).unlink()
    if path.is_dir():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _log(line: str) -> None:
    logging.getLogger(__name__).warning("%s", line)


def build_site(
    root: Path,
    output: Path,
    *,
    strict: bool = True,
    offline: bool = False,
    notice: Callable[[str], None] = _log,
) -> int:
    """Build the site into a folder; return how many pages it has.

    Nothing that the FAQ holds is run. Entries that are to be mended are left out.

    Args:
        root: The FAQ. What its `mkdocs.yml` may say of the site wins over the bundled one.
        output: New, empty, or an earlier site, which is replaced.
        strict: Whether what MkDocs warns of is a problem; else it is logged.
        offline: Whether its files are opened as they are, without a server, search included.
        notice: Told what is left out, a line each.

    Raises:
        Problems: If nothing of the FAQ can be read, a link leads out of it, the folder holds
            something else, or there is no place to write pages.
        ModuleNotFoundError: If mkdocs-material is not installed.
    """
    _require()
    from mkdocs.commands.build import build
    from mkdocs.exceptions import MkDocsException

    from dlfaq.site.collected import Sparing, put_aside

    _check_output(output)
    refuse_links(root)
    source = _workplace(root) / "pages"
    known = known_of(load(root))
    _tell(root, known, notice)
    count = write_pages(root, source, known)
    drawing = Drawing(known)
    with _warnings() as found, _settled():
        try:
            config = configured(root, source, output, drawing)
            if offline:
                for_folder(config)
            config.plugins["dlfaq"] = sparing = Sparing()
            build(config)
        except (MkDocsException, SystemExit) as error:
            raise Problems(_problems([*found, str(error)])) from None
        except RecursionError:
            raise Problems(_problems([*found, "a text is nested too deeply."])) from None
    write_copies(source, output, config.site_url or "", drawing)
    put_aside(output, sparing.places)
    found = [text for text in found if not _leads_to(known.faq.missing, text)]
    if found and strict:
        raise Problems(_problems(found))
    for problem in _problems(found):
        notice(str(problem))
    return count


def _tell(root: Path, known: Known, notice: Callable[[str], None]) -> None:
    """What is left out, and which settings are ignored."""
    for line in left_out([*known.faq.problems, *known.problems]):
        notice(line)
    for ignored in settings(root)[1]:
        notice(str(ignored))


def _workplace(root: Path) -> Path:
    folder = cache_dir(root)
    if folder is None:
        what = "there is no folder that can be written for what the site is made of."
        raise Problems([Problem("site", None, what, "DLFAQ_CACHE_DIR names one.")])
    return folder


def _leads_to(missing: Sequence[str], text: str) -> bool:
    """Whether MkDocs misses no more than an anchor on the page of an entry that is left out."""
    return any(f"'questions/{name}.md' does not contain an anchor" in text for name in missing)


def serve_site(root: Path, port: int) -> None:
    """Serve the site on this machine until interrupted; build it anew when a file changes.

    Raises:
        Problems: If the first build finds something to mend, or the port is taken. What a later
            build finds is logged.
        ModuleNotFoundError: If mkdocs-material is not installed.
    """
    import tempfile

    _require()
    from mkdocs.livereload import LiveReloadServer

    with tempfile.TemporaryDirectory(prefix="dlfaq-site-") as folder:
        output = Path(folder)

        def rebuild() -> None:
            try:
                build_site(root, output, strict=False)
            except Problems as found:
                logging.getLogger(__name__).warning("%s", found)

        build_site(root, output, strict=False)
        try:
            server = LiveReloadServer(rebuild, "127.0.0.1", port, str(output), mount_path="/")
        except OSError as error:
            raise Problems(
                [Problem("site", None, f"port {port}: {error.strerror}.", "Choose another: --port")]
            ) from None
        server.error_handler = lambda code: _error_page(output, code)
        for watched in WATCHED:
            if (root / watched).exists():
                server.watch(str(root / watched))
        try:
            server.serve()
        except OSError as error:
            raise Problems(
                [Problem("site", None, f"port {port}: {error.strerror}.", "Choose another: --port")]
            ) from None
        finally:
            server.shutdown()


def _error_page(site: Path, code: int) -> bytes | None:
    """What a visitor sees where there is no page; nothing if the site has no such page."""
    page = site / f"{code}.html"
    return page.read_bytes() if page.is_file() else None


def _require() -> None:
    """Name a missing package as it is installed; MkDocs would speak of an unknown theme."""
    from importlib.util import find_spec

    for package, modules in {
        "mkdocs-material": ("mkdocs", "material"),
        "mini-racer": ("py_mini_racer",),
    }.items():
        if any(find_spec(module) is None for module in modules):
            msg = f"{package} is not installed"
            raise ModuleNotFoundError(msg, name=package)


def _check_output(output: Path) -> None:
    """MkDocs empties the folder that it builds into."""
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    if not ((output / "404.html").is_file() and (output / "search").is_dir()):
        hint = "The site replaces what is in its folder. Choose a new one: --output"
        raise Problems(
            [Problem(str(output), None, "this is neither empty nor an earlier site.", hint)]
        )


def _problems(found: list[str]) -> list[Problem]:
    """What MkDocs said, each under the file that a user would mend."""
    problems = []
    for text in dict.fromkeys(found):
        entry = _PAGE.search(text)
        problems.append(Problem(f"faq/{entry[1]}.yaml" if entry else "site", None, text))
    return problems


@contextmanager
def _settled() -> Iterator[None]:
    """Take what was read out of the garbage collector's rounds, which it would lengthen."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


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
