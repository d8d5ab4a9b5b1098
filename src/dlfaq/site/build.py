"""The site: Markdown pages into a folder, then MkDocs over them."""

import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.load import load_faq
from dlfaq.paths import bundled_root, cache_dir
from dlfaq.site.figures.fence import NAME, Drawing
from dlfaq.site.machines import write_copies
from dlfaq.site.offline import for_folder
from dlfaq.site.pages import known_of, pages
from dlfaq.site.search import search_files
from dlfaq.site.shared import Known

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

PACKAGE = Path(__file__).parent
ORDER = ("sources.md", "verification.md", "writing.md", "scale.md", "commands.md")
LAST = (
    "dlfaq.site.safe",
    "dlfaq.site.maths",
)  # Markdown extensions that come after all others, in this order
NAV_MOST = 500  # questions that every page's navigation lists; beyond, only the page of them all
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
        Problems: If the FAQ's files are to be mended.
    """
    known = known or known_of(load_faq(root))
    own: dict[Path, Path] = {}
    for folder, below in (
        (PACKAGE / "assets", "assets"),
        (bundled_root() / "docs", ""),
        (root / "docs", ""),
    ):
        own |= {
            below / path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()
        }
    index = own.get(Path("index.md"))
    made = chain(
        pages(known, index.read_text("utf-8") if index else ""), search_files(known.faq).items()
    )
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


def build_site(root: Path, output: Path, *, strict: bool = True, offline: bool = False) -> int:
    """Build the site into a folder; return how many pages it has.

    Args:
        root: The FAQ. Its `mkdocs.yml` is used if it has one, else the bundled one.
        output: New, empty, or an earlier site, which is replaced.
        strict: Whether what MkDocs warns of is a problem; else it is logged.
        offline: Whether its files are opened as they are, without a server, search included.

    Raises:
        Problems: If the FAQ's files are to be mended, or the folder holds something else.
        ModuleNotFoundError: If mkdocs-material is not installed.
    """
    _require()
    from mkdocs.commands.build import build
    from mkdocs.exceptions import MkDocsException

    from dlfaq.site.collected import Sparing, put_aside

    _check_output(output)
    source = cache_dir(root) / "pages"
    known = known_of(load_faq(root))
    count = write_pages(root, source, known)
    drawing = Drawing(known)
    with _warnings() as found:
        try:
            config = configured(root, source, output, drawing)
            if offline:
                for_folder(config)
            config.plugins["dlfaq"] = sparing = Sparing()
            build(config)
        except (MkDocsException, SystemExit) as error:
            raise Problems(_problems([*found, str(error)])) from None
    write_copies(source, output, config.site_url or "", drawing)
    put_aside(output, sparing.places)
    if found and strict:
        raise Problems(_problems(found))
    for problem in _problems(found):
        logging.getLogger(__name__).warning("%s", problem)
    return count


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


def configured(root: Path, source: Path, output: Path, drawing: Drawing) -> "MkDocsConfig":
    """The FAQ's configuration with all that its pages need, whatever it says itself."""
    from mkdocs.config import load_config

    own = root / "mkdocs.yml"
    config = load_config(
        str(own if own.is_file() else bundled_root() / "mkdocs.yml"),
        docs_dir=str(source),
        site_dir=str(output),
        strict=False,
    )
    config.theme.dirs.insert(0, str(PACKAGE / "overrides"))
    for extension in (
        "admonition",
        "attr_list",
        "pymdownx.arithmatex",
        "pymdownx.details",
        "pymdownx.superfences",
    ):
        if extension not in config.markdown_extensions:
            config.markdown_extensions.append(extension)
    others = [one for one in config.markdown_extensions if one not in LAST]
    config.markdown_extensions[:] = [*others, *LAST]
    fences = config.mdx_configs.setdefault("pymdownx.superfences", {}).setdefault(
        "custom_fences", []
    )
    others = [fence for fence in fences if fence["name"] != NAME]
    fences[:] = [*others, {"name": NAME, "class": NAME, "format": drawing}]
    config.mdx_configs.setdefault("pymdownx.arithmatex", {})["generic"] = True
    if config.nav is None:
        config.nav = _nav(source)
    return config


def _nav(source: Path) -> list[object]:
    """The order of the pages: the most read ones first, a team's own last.

    Each page holds the navigation, so its cost grows with the square of the number of questions.
    """
    found = sorted(path.relative_to(source).as_posix() for path in source.rglob("*.md"))

    def below(folder: str) -> list[str]:
        index = f"{folder}/index.md"
        return [
            *[index] * (index in found),
            *(name for name in found if name.startswith(f"{folder}/") and name != index),
        ]

    questions = below("questions")
    unlisted = questions[1:] if len(questions) > NAV_MOST else []
    sections = {
        "Questions": questions[: len(questions) - len(unlisted)],
        "Topics": below("topics"),
        "Simulations": below("simulations"),
    }
    placed = {"index.md", *unlisted, *(name for names in sections.values() for name in names)}
    rest = [
        *(name for name in ORDER if name in found),
        *(name for name in found if name not in {*ORDER, *placed}),
    ]
    return [
        {"Home": "index.md"},
        *({title: names} for title, names in sections.items() if names),
        *rest,
    ]


def _problems(found: list[str]) -> list[Problem]:
    """What MkDocs said, each under the file that a user would mend."""
    problems = []
    for text in dict.fromkeys(found):
        entry = _PAGE.search(text)
        problems.append(Problem(f"faq/{entry[1]}.yaml" if entry else "site", None, text))
    return problems


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
