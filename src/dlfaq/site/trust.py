"""What a site takes from the FAQ that it is built from, which may be a stranger's.

Its `mkdocs.yml` is read as data, and only a few keys of it count: MkDocs itself would run what
`hooks`, `plugins`, templates and some tags name. Files behind links that leave the FAQ are not
published.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.yaml_file import Node, read_yaml
from dlfaq.paths import bundled_root
from dlfaq.site.text import link

SETTINGS = "mkdocs.yml"
FOLDERS = ("docs", "faq", "sims", "evidence")
MOST_NAV = 2000  # pages and sections that a navigation may name
_INSIDE = re.compile(r"(?!/)(?!.*\.\.)[^\s:\\<>\"'`]*")  # a path below the site's folder


def settings(root: Path) -> tuple[dict[str, Any], list[Problem]]:
    """The settings of the FAQ's own `mkdocs.yml` that count, and what of it is ignored.

    Raises:
        Problems: If the file is no YAML.
    """
    path = root / SETTINGS
    if not path.is_file() or root.resolve() == bundled_root().resolve():  # those are there anyway
        return {}, []
    node = read_yaml(path, SETTINGS, tags=True)
    if not isinstance(node.value, dict):
        return {}, [Problem(SETTINGS, node.line, "it holds no settings.")]
    ignored: list[Problem] = []
    return _taken(node, KEYS, "", ignored), ignored


def refuse_links(root: Path) -> None:
    """See to it that nothing is published that does not lie in the FAQ.

    Raises:
        Problems: For each link that leads out of it, or to what is hidden in it.
    """
    home = root.resolve()
    problems = []
    for path in (root / SETTINGS, *(path for name in FOLDERS for path in _all(root / name))):
        target = path.resolve()
        within = target.relative_to(home).parts if target.is_relative_to(home) else None
        if within is None or any(part.startswith(".") for part in within):
            shown = path.relative_to(root).as_posix()
            if not any(part.startswith(".") for part in path.relative_to(root).parts):
                what = "this is a link that leads out of the FAQ, or to what is hidden in it."
                problems.append(Problem(shown, None, what, "Put the file itself here."))
    if problems:
        raise Problems(problems)


def _all(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")


def _taken(
    node: Node, known: "dict[str, Taker | dict]", above: str, ignored: list[Problem]
) -> dict[str, Any]:
    """The values of the known keys of a mapping; the others are noted."""
    found = {}
    for key, item in node.value.items():
        name, taker = f"{above}{key}", known.get(key)
        if isinstance(taker, dict) and isinstance(item.value, dict) and not _tagged(item):
            found[key] = _taken(item, taker, f"{name}.", ignored)
            continue
        try:
            if taker is None or isinstance(taker, dict) or _tagged(item):
                raise ValueError
            found[key] = taker(item)
        except ValueError:
            what = f"'{name[:80]}' is ignored: a site takes no such setting from an FAQ."
            if taker is not None:
                what = f"'{name[:80]}' is ignored: its value is none that a site takes from an FAQ."
            ignored.append(Problem(SETTINGS, node.keys[key], what))
    return found


def _tagged(node: Node) -> bool:
    """Whether a value asks for something to be made or run."""
    below = node.value.values() if isinstance(node.value, dict) else node.value
    below = below if isinstance(node.value, dict | list) else ()
    return bool(node.tag) or any(map(_tagged, below))


Taker = Callable[[Node], Any]
T = TypeVar("T")


def _of(kind: type[T], node: Node) -> T:
    if not isinstance(node.value, kind):
        raise TypeError
    return node.value


def _words(node: Node) -> str:
    """A text; it stands in HTML as it is written."""
    return escape(" ".join(_of(str, node).split()), quote=True)


def _flag(node: Node) -> bool:
    return _of(bool, node)


def _no(node: Node) -> bool:
    if node.value is not False:
        raise ValueError
    return False


def _address(node: Node) -> str:
    found = link(_of(str, node))
    if not found:
        raise ValueError
    return escape(found, quote=True)


def _path(node: Node) -> str:
    """A file of the site."""
    if not _INSIDE.fullmatch(_of(str, node)):
        raise ValueError
    return node.value


def _paths(node: Node) -> list[str]:
    return [_path(item) for item in _of(list, node)]


def _material(node: Node) -> str:
    """Another theme would bring templates of its own, which are programs."""
    if node.value != "material":
        raise ValueError
    return "material"


def _plain(node: Node) -> Any:
    """Texts, numbers and truth values, also in lists and mappings; each text as HTML shows it."""
    if isinstance(node.value, dict):
        return {escape(key, quote=True): _plain(item) for key, item in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(item) for item in node.value]
    return escape(node.value, quote=True) if isinstance(node.value, str) else node.value


def _nav(node: Node) -> list[Any]:
    if _size(node) > MOST_NAV:
        raise ValueError
    return [_nav_item(item) for item in _of(list, node)]


def _nav_item(node: Node) -> Any:
    if not isinstance(node.value, dict):
        return _target(node)
    if len(node.value) != 1:
        raise ValueError
    ((title, item),) = node.value.items()
    below = _nav(item) if isinstance(item.value, list) else _target(item)
    return {escape(title, quote=True): below}


def _target(node: Node) -> str:
    return _address(node) if ":" in _of(str, node) else _path(node)


def _size(node: Node) -> int:
    below = node.value.values() if isinstance(node.value, dict) else node.value
    return 1 + (sum(map(_size, below)) if isinstance(node.value, dict | list) else 0)


KEYS: dict[str, Taker | dict] = {
    "site_name": _words,
    "site_url": _address,
    "site_description": _words,
    "site_author": _words,
    "copyright": _words,
    "repo_url": _address,
    "repo_name": _words,
    "use_directory_urls": _flag,
    "nav": _nav,
    "extra_css": _paths,
    "theme": {
        "name": _material,
        "language": _words,
        "direction": _words,
        "font": _no,
        "palette": _plain,
        "features": _plain,
        "logo": _path,
        "favicon": _path,
        "icon": {"logo": _path, "repo": _path},
    },
    "extra": {"generator": _flag},
}
