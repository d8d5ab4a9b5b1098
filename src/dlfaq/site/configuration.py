"""How MkDocs is set up: the bundled settings, those of the FAQ that count, and the navigation."""

from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING

from dlfaq.paths import bundled_root
from dlfaq.site.figures.fence import NAME, Drawing
from dlfaq.site.trust import SETTINGS, settings

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

OVERRIDES = Path(__file__).parent / "overrides"
ORDER = ("verification.md", "writing.md", "scale.md", "commands.md")
LAST = (
    "dlfaq.site.safe",
    "dlfaq.site.maths",
)  # Markdown extensions that come after all others, in this order
NAV_MOST = 120  # questions that every page's navigation lists; beyond, only the page of them all


def configured(root: Path, source: Path, output: Path, drawing: Drawing) -> "MkDocsConfig":
    """The bundled configuration, with what the FAQ's own may change: its name, its colours."""
    from mkdocs.config import load_config

    own, _ = settings(root)
    look = own.pop("theme", {})
    config = load_config(
        str(bundled_root() / SETTINGS),
        **own,
        docs_dir=str(source),
        site_dir=str(output),
        strict=False,
    )
    config.theme.dirs.insert(0, str(OVERRIDES))
    for name in look.keys() - {"name", "font"}:  # the rest of its look is the bundled one's
        config.theme[name] = look[name]
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
        config.nav = _nav(source, {one.id for one in drawing.known.faq.planned})
    return config


def _nav(source: Path, planned: Set[str]) -> list[object]:
    """The order of the pages: the most read ones first, a team's own last.

    Each page holds the navigation, so its cost grows with the square of the number of questions.
    The pages of planned questions stand in none: their list does.
    """
    found = sorted(path.relative_to(source).as_posix() for path in source.rglob("*.md"))

    def below(folder: str) -> list[str]:
        index = f"{folder}/index.md"
        return [
            *[index] * (index in found),
            *(name for name in found if name.startswith(f"{folder}/") and name != index),
        ]

    waiting = {f"questions/{name}.md" for name in planned}
    questions = [name for name in below("questions") if name not in waiting]
    unlisted = questions[1:] if len(questions) > NAV_MOST else []
    sections = {
        "Questions": [
            *questions[: len(questions) - len(unlisted)],
            *["planned.md"] * ("planned.md" in found),
        ],
        "Topics": below("topics"),
        "Simulations": below("simulations"),
        "Sources": below("sources"),
    }
    placed = {
        "index.md",
        *unlisted,
        *waiting,
        *(name for names in sections.values() for name in names),
    }
    rest = [
        *(name for name in ORDER if name in found),
        *(name for name in found if name not in {*ORDER, *placed}),
    ]
    return [
        {"Home": "index.md"},
        *({title: names} for title, names in sections.items() if names),
        *rest,
    ]
