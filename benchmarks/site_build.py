"""How long the site takes: writing its pages, and all of it, beside MkDocs alone over the same Markdown.

python benchmarks/site_build.py            # the bundled FAQ
python benchmarks/site_build.py --pages 150  # its entries copied until there are so many pages
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dlfaq.paths import bundled_root


def grown(root: Path, target: Path, pages: int) -> Path:
    """A copy of an FAQ whose entries, with their evidence, are repeated under new names."""
    for folder in ("faq", "sims", "evidence"):
        shutil.copytree(root / folder, target / folder)
    entries = sorted((target / "faq").glob("*.yaml"))
    for number in range(max(0, pages - 60)):
        entry = entries[number % len(entries)]
        name = f"{entry.stem}-{number}"
        text = entry.read_text("utf-8").replace("question: ", f"question: {number} ", 1)
        (target / "faq" / f"{name}.yaml").write_text(text, "utf-8")
        evidence = target / "evidence" / f"{entry.stem}.json"
        if evidence.exists():
            raw = json.loads(evidence.read_text("utf-8"))
            (target / "evidence" / f"{name}.json").write_text(json.dumps({**raw, "entry": name}), "utf-8")
    return target


def seconds(call: Callable[[], object], times: int) -> str:
    """Median over some runs, with their range."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return f"{statistics.median(taken):7.2f} s  ({min(taken):.2f} to {max(taken):.2f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("--times", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DLFAQ_CACHE_DIR"] = f"{folder}/cache"
        from mkdocs.commands.build import build

        from dlfaq.site import build as site

        root = grown(bundled_root(), Path(folder) / "faq", wanted.pages)
        source, output = Path(folder) / "pages", Path(folder) / "site"
        count = site.write_pages(root, source)
        print(f"{count} pages, median of {wanted.times}")
        print("pages written, nothing changed ", seconds(lambda: site.write_pages(root, source), wanted.times))
        print(
            "MkDocs over these pages        ",
            seconds(lambda: build(site.configured(root, source, output)), wanted.times),
        )
        print("dlfaq site build               ", seconds(lambda: site.build_site(root, output), wanted.times))


if __name__ == "__main__":
    main()
