"""How long the site takes, and how much memory, beside MkDocs alone over the same Markdown.

Writing the pages is timed alone and with all that follows.

python benchmarks/site_build.py                    # the bundled FAQ
python benchmarks/site_build.py --pages 150        # its entries copied to so many pages
python benchmarks/site_build.py --generated 2000   # so many entries with six claims each, recorded
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dlfaq.knowledge.authoring import init_faq
from dlfaq.knowledge.load import load_faq
from dlfaq.paths import bundled_root

OTHERS = 60  # pages that are no entries'


def grown(root: Path, target: Path, pages: int) -> Path:
    """A copy of an FAQ whose entries, with their evidence, are repeated under new names."""
    for folder in ("faq", "sims", "evidence"):
        shutil.copytree(root / folder, target / folder)
    repeat(target, pages - OTHERS)
    return target


def generated(target: Path, entries: int, claims: int) -> Path:
    """An FAQ of one verified entry, repeated."""
    from dlfaq.verify.session import local, record_evidence, verify_claims

    for path in (path for path in init_faq(target) if path.suffix == ".yaml"):
        text = path.read_text("utf-8").replace("draft: true\n", "")
        path.write_text(with_claims(text, claims), "utf-8")
    faq = load_faq(target)
    record_evidence(faq, verify_claims(faq, list(faq.claims()), local(1)))
    repeat(target, entries - 1)
    return target


def with_claims(text: str, claims: int) -> str:
    """The entry of `dlfaq init` with so many claims, all of which its second step rests on."""
    begin, block, rest = text.partition("  - id: more-numbers-help\n")
    body, end, rest = rest.partition("references:")
    names = [f"more-numbers-help-{number}" for number in range(2, claims + 1)]
    more = "".join(f"  - id: {name}\n{body}" for name in names)
    begin, before, after = begin.rpartition("because: more-numbers-help\n")
    because = f"because: [{', '.join(['more-numbers-help', *names])}]\n" if names else before
    return f"{begin}{because}{after}{block}{body}{more}{end}{rest}"


def repeat(root: Path, times: int) -> None:
    """Write an FAQ's entries again and again, under new names."""
    entries = sorted((root / "faq").glob("*.yaml"))
    for number in range(times):
        entry = entries[number % len(entries)]
        name = f"{entry.stem}-{number}"
        begin, rest = entry.read_text("utf-8").split("question: ", 1)
        quote = rest[0] if rest[0] in "\"'" else ""
        (root / "faq" / f"{name}.yaml").write_text(
            f"{begin}question: {quote}{number} {rest.lstrip(quote)}", "utf-8"
        )
        evidence = root / "evidence" / f"{entry.stem}.json"
        if evidence.exists():
            raw = json.loads(evidence.read_text("utf-8"))
            (root / "evidence" / f"{name}.json").write_text(
                json.dumps({**raw, "entry": name}), "utf-8"
            )


def seconds(call: Callable[[], object], times: int) -> str:
    """Median over some runs, with their range, and the median of the processor's time."""
    taken, computed = [], []
    for _ in range(times):
        start, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append(time.perf_counter() - start)
        computed.append(time.process_time() - cpu)
    spread = f"({min(taken):.2f} to {max(taken):.2f})"
    return (
        f"{statistics.median(taken):7.2f} s  {spread}, {statistics.median(computed):.2f} s of CPU"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("--generated", type=int, default=0)
    parser.add_argument("--claims", type=int, default=6, help="of each generated entry")
    parser.add_argument("--times", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DLFAQ_CACHE_DIR"] = f"{folder}/cache"
        from mkdocs.commands.build import build

        from dlfaq.site import build as site
        from dlfaq.site.figures.fence import Drawing
        from dlfaq.site.pages import known_of

        place = Path(folder) / "faq"
        root = (
            generated(place, wanted.generated, wanted.claims)
            if wanted.generated
            else grown(bundled_root(), place, wanted.pages)
        )
        source, output = Path(folder) / "pages", Path(folder) / "site"
        start, cpu = time.perf_counter(), time.process_time()
        count = site.build_site(root, output)
        print(
            f"{count} pages: at first {time.perf_counter() - start:.2f} s, "
            f"{time.process_time() - cpu:.2f} s of CPU; then, median of {wanted.times}:"
        )
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB
        site.write_pages(root, source)
        drawing = Drawing(known_of(load_faq(root)))
        print(
            "pages written, nothing changed ",
            seconds(lambda: site.write_pages(root, source), wanted.times),
        )
        print(
            "dlfaq site build               ",
            seconds(lambda: site.build_site(root, output), wanted.times),
        )
        print(
            "MkDocs over these pages        ",
            seconds(lambda: build(site.configured(root, source, output, drawing)), wanted.times),
        )
        print(f"most memory in the first build   {most:7.0f} MB")


if __name__ == "__main__":
    main()
