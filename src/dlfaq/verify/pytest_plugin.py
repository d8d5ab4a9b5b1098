"""pytest collects `faq/*.yaml`: one item a claim, all claims of a session verified together.

Every pytest of an environment with dlfaq loads this module, so it loads nothing itself before it
meets an FAQ.
"""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dlfaq.errors import Problem
    from dlfaq.knowledge.entry import Claim, Entry, Faq
    from dlfaq.verify.ruling import Ruling

    Rulings = dict[tuple[str, str], tuple[Ruling, str]]

# seconds of a trial: other tests may run beside it, and what hangs is ended all the same
TIME_LIMIT = 600.0
FAQS = pytest.StashKey[dict[Path, "Faq | None"]]()
STARTED = pytest.StashKey[float]()
RULED = pytest.StashKey[dict[Path, "Rulings"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what a verification can be told."""
    group = parser.getgroup("dlfaq", "claims of an FAQ")
    group.addoption(
        "--dlfaq-jobs",
        type=int,
        default=os.cpu_count() or 1,
        help="Worker processes. Default: one a core.",
    )
    group.addoption(
        "--dlfaq-fresh", action="store_true", help="Measure everything anew, whatever is cached."
    )
    group.addoption(
        "--dlfaq-minutes",
        type=float,
        default=None,
        help="Skip claims that are as recorded once so many minutes have passed. Default: none.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Note the time."""
    config.stash[STARTED] = time.time()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> EntryFile | None:
    """Collect the entries of an FAQ: a folder `faq` with `topics.yml`, beside a folder `sims`."""
    folder = file_path.parent
    is_entry = file_path.suffix == ".yaml" and folder.name == "faq"
    if is_entry and (folder / "topics.yml").is_file() and (folder.parent / "sims").is_dir():
        return EntryFile.from_parent(parent, path=file_path)
    return None


class EntryFile(pytest.File):
    """One entry: its claims are the items."""

    def collect(self) -> Iterable[ClaimItem | BrokenItem]:
        """Yield an item a claim, or one that fails if the entry is to be mended.

        What is wrong with lists on which every entry rests is reported once, by the first file.
        """
        faq = self._faq()
        if faq is None:
            return
        if self.path.stem in faq.missing:
            problems = faq.problems_of(self.path.stem)
            yield BrokenItem.from_parent(self, name="to be mended", problems=problems)
            return
        entry = faq.entry(self.path.stem)
        for claim in entry.claims:
            yield ClaimItem.from_parent(self, name=claim.id, faq=faq, entry=entry, claim=claim)

    def _faq(self) -> Faq | None:
        from dlfaq.errors import Problems
        from dlfaq.knowledge.load import load

        root = self.path.parents[1]
        loaded = self.config.stash.setdefault(FAQS, {})
        if root not in loaded:
            loaded[root] = None
            try:
                loaded[root] = load(root)
            except Problems as found:
                raise self.CollectError(str(found)) from None
        return loaded[root]


class BrokenItem(pytest.Item):
    """An entry that is to be mended: the others are verified all the same."""

    def __init__(self, *, problems: tuple[Problem, ...], **keywords: Any) -> None:
        super().__init__(**keywords)
        self.problems = problems

    def runtest(self) -> None:
        """Fail with what is wrong."""
        raise ClaimFailed("\n".join(map(str, self.problems)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what is to be mended, not where Python was."""
        if isinstance(excinfo.value, ClaimFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands, and its name."""
        return self.path, 0, f"{self.path.stem}::{self.name}"


class ClaimItem(pytest.Item):
    """One claim. It passes if it is verified, and ruled as it is recorded."""

    def __init__(self, *, faq: Faq, entry: Entry, claim: Claim, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.faq, self.entry, self.claim = faq, entry, claim

    def runtest(self) -> None:
        """Verify the claim, together with all others of this session."""
        ruled = self.config.stash.setdefault(RULED, {})
        if self.faq.root not in ruled:
            ruled[self.faq.root] = _verify_together(self)
        if (self.entry.id, self.claim.id) not in ruled[self.faq.root]:
            pytest.skip("no time left; neither it nor its code changed since it was recorded")
        ruling, recorded = ruled[self.faq.root][self.entry.id, self.claim.id]
        if not ruling.verdict.is_good or recorded == "differs":
            raise ClaimFailed(_explain(self.claim, ruling, recorded))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what was measured, not where Python was."""
        if isinstance(excinfo.value, ClaimFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the claim stands, and its name."""
        return self.path, max(self.claim.line - 1, 0), f"{self.entry.id}::{self.claim.id}"


class ClaimFailed(Exception):  # noqa: N818 - the claim failed, nothing went wrong
    """A claim is not verified, or is ruled otherwise than recorded."""


def _verify_together(first: ClaimItem) -> Rulings:
    """Verify every claim of the session that belongs to the FAQ of this one."""
    from dlfaq.verify.ruling import Request
    from dlfaq.verify.session import compare_all, local, verify_claims
    from dlfaq.verify.store import one_at_a_time
    from dlfaq.verify.within import verify_within

    faq = first.faq
    items = [
        item for item in first.session.items if isinstance(item, ClaimItem) and item.faq is faq
    ]
    claims = list(
        {(item.entry.id, item.claim.id): (item.entry, item.claim) for item in items}.values()
    )
    with one_at_a_time(
        faq.root
    ):  # pytest-xdist's workers each have all items: the first of them measures
        options = first.config.option
        runner = local(options.dlfaq_jobs, time_limit=TIME_LIMIT)
        request = Request(fresh=options.dlfaq_fresh)
        if options.dlfaq_minutes is None:
            rulings = verify_claims(faq, claims, runner, request)
        else:
            today = date.today().toordinal()
            until = first.config.stash[STARTED] + 60 * options.dlfaq_minutes
            rulings = verify_within(faq, claims, runner, request, until, first=today)
    compared = compare_all(faq.root, rulings)
    return {
        (ruling.entry, ruling.claim): (ruling, same)
        for ruling, same in zip(rulings, compared, strict=True)
    }


def _explain(claim: Claim, ruling: Ruling, recorded: str) -> str:
    from dlfaq.evidence.words import interval, measured, where

    lines = [f"{ruling.verdict.word}: {claim.says}", f"  {ruling.verdict.sentence}"]
    if recorded == "differs":
        lines.append(
            "  It is recorded otherwise; if the new ruling is right, "
            "`dlfaq verify --record` records it."
        )
    if ruling.evidence:
        lines.append(f"  expects: {claim.expect}")
        named = {**ruling.evidence.holds_under, **ruling.evidence.fails_under}
        for name, side in {"measured": ruling.evidence.own, **named}.items():
            point = side.decisive()
            at = f" at {where(point)}" if point.at else ""
            why = f" ({claim.fails_under[name]})" if name in claim.fails_under else ""
            said = f"{measured(point)} {interval(point)}".rstrip()
            lines.append(f"  {name}: {side.outcome}: {said}{at}{why}")
    lines += [f"  {error}" for error in ruling.errors]
    return "\n".join([*lines, f"  Again: dlfaq verify {ruling.entry}/{ruling.claim}"])
