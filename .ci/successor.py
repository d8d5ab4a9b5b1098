"""Build the site's pages with another generator than MkDocs, and look at what it made.

python .ci/successor.py zensical
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from dlfaq.paths import bundled_root
from dlfaq.site.build import PACKAGE, write_pages


def main(name: str) -> None:
    """Write the pages and the configuration to a new folder, build there, and count."""
    root = bundled_root()
    with tempfile.TemporaryDirectory() as folder:
        source, site = Path(folder) / "docs", Path(folder) / "site"
        pages = write_pages(root, source)
        settings = (root / "mkdocs.yml").read_text("utf-8")
        theme = f"  name: material\n  variant: classic\n  custom_dir: {PACKAGE / 'overrides'}\n"
        settings = settings.replace("  name: material\n", theme, 1)
        config = Path(folder) / "mkdocs.yml"
        config.write_text(settings, "utf-8")
        command = [Path(sys.executable).with_name(name), "build", "-f", config]
        subprocess.run(command, cwd=folder, check=True)  # noqa: S603
        made = list(site.rglob("*.html"))
        wrong = [path.name for path in made if not _is_whole(path)]
        print(
            f"{name}: {pages} pages written, {len(made)} built (404 too); not as they should be: "
            f"{', '.join(wrong) or 'none'}"
        )
        raise SystemExit(bool(wrong) or len(made) < pages)


def _is_whole(page: Path) -> bool:
    """Formulas are set, figures drawn, cards made; nothing is asked of another host."""
    text = page.read_text("utf-8")
    if page.parent.name == "questions" and page.stem != "index":
        needed = ('class="katex', '<svg viewBox="0 0 ', '<details class="claim"', '"FAQPage"')
        if not all(one in text for one in needed):
            return False
    return "```dl-figure" not in text and not any(
        f'{one}="http' in text for one in ("src", "srcset")
    )


if __name__ == "__main__":
    main(sys.argv[1])
