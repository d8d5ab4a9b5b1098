"""A JUnit report, which every continuous-integration service reads."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from dlfaq.cli.verify_table import describe
from dlfaq.terminal import sanitise

if TYPE_CHECKING:
    from dlfaq.verify.ruling import Ruling


def write_junit(path: Path, rulings: "Sequence[Ruling]", compared: Sequence[str]) -> None:
    """Write one test case for each claim.

    A claim fails if it is not verified, or if its ruling differs from the recorded one.

    Args:
        path: The file to write; its folder is made.
        rulings: In the order of the report.
        compared: For each ruling: `as recorded`, `differs` or `never recorded`.
    """
    suite = ElementTree.Element("testsuite", name="dlfaq", tests=str(len(rulings)))
    failures = 0
    for ruling, recorded in zip(rulings, compared, strict=True):
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=ruling.entry,
            name=ruling.claim,
            time=f"{ruling.seconds:.3f}",
        )
        if not ruling.verdict.is_good or recorded == "differs":
            failures += 1
            message = ruling.verdict.word + (
                ", which differs from what is recorded" if recorded == "differs" else ""
            )
            failure = ElementTree.SubElement(case, "failure", message=message)
            failure.text = sanitise("\n".join(describe(ruling)))
    suite.set("failures", str(failures))
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
