"""`dlfaq verify` and `dlfaq check`."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlfaq.cli.shared import (
    AsJson,
    Root,
    complain,
    missing_extra,
    root_of,
    say_json,
    say_that_it_runs,
    warn,
)
from dlfaq.errors import Problem, Problems, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dlfaq.knowledge.entry import Claim, Entry, Faq
    from dlfaq.verify.ruling import Ruling


def verify(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID|ID/CLAIM|TOPIC|SIMULATION]...", help="What to verify. Default: everything."
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Worker processes.")
    ] = os.cpu_count() or 1,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Measure everything anew, whatever is cached.")
    ] = False,
    conditions: Annotated[
        bool,
        typer.Option(
            "--conditions",
            help="Measure all conditions, also of claims that did not change.",
        ),
    ] = False,
    record: Annotated[
        bool,
        typer.Option(
            "--record",
            help="Measure all conditions, confirm on two more seeds, write the evidence.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Draw other replicates.")] = 0,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write a JUnit report here.")
    ] = None,
    device: Annotated[
        str, typer.Option("--device", help="Where tensors live: cpu or cuda.")
    ] = "cpu",
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=0.1, help="Seconds that one trial may take.")
    ] = 60,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="Send trials to a Dask cluster: tcp://host:8786, or local.",
        ),
    ] = None,
    json: AsJson = False,
    root: Root = None,
) -> None:
    """Measure claims and rule on them. This runs the FAQ's simulations, which are Python programs.

    An entry that is to be mended is left out, with a warning. Exit code 0: every claim is verified,
    as recorded. 1: a claim is not, or rules differently. 2: files to mend.

    Example: dlfaq verify initial-loss
    """
    from dlfaq.cli.progress import progress
    from dlfaq.cli.verify_table import as_json, render
    from dlfaq.knowledge.load import load

    faq = load(root_of(root))
    claims = select(faq, what or [])
    warn(faq.problems)
    if record:
        _refuse_to_record(claims, seed)
        _make_room(faq.root)
    say_that_it_runs(faq.root)
    try:
        from dlfaq.verify.ruling import Request
        from dlfaq.verify.session import (
            cluster,
            compare_all,
            confirm,
            local,
            record_evidence,
            verify_claims,
        )

        request = Request(fresh, conditions or record, device=device, seed=seed, judge_anew=record)
        runner = cluster(scheduler, jobs, time_limit) if scheduler else local(jobs, time_limit)
        with progress(quiet=json) as report:
            rulings = verify_claims(faq, claims, runner, request, report)
            if record:
                rulings = confirm(faq, claims, rulings, runner, request, report)
    except ModuleNotFoundError as error:
        raise missing_extra(error.name, "cluster" if scheduler else "verify") from error
    compared = compare_all(faq.root, rulings)
    with ExitStack() as last:  # what cannot be written is told when all has been shown
        if record:
            last.callback(record_evidence, faq, rulings)
        if junit:
            last.callback(_write_junit, junit, rulings, compared)
        if json:
            say_json(as_json(rulings, compared))
        else:
            render(rulings, compared, recorded_now=record)
    is_good = all(ruling.verdict.is_good for ruling in rulings)
    as_recorded = record or "differs" not in compared
    raise typer.Exit(1 if not (is_good and as_recorded) else 2 if _misses(faq, what or []) else 0)


def _misses(faq: "Faq", words: "Sequence[str]") -> bool:
    """Whether an entry that was left out may belong to what was asked for.

    It does not if the words name other entries only.
    """
    named = {word.partition("/")[0] for word in words}
    return bool(faq.problems) and not (named and named <= {entry.id for entry in faq.entries})


def _write_junit(path: Path, rulings: "Sequence[Ruling]", compared: "Sequence[str]") -> None:
    from dlfaq.cli.junit import write_junit

    write_junit(path, rulings, compared)


def _make_room(root: Path) -> None:
    """See to it that evidence can be written, before anything is measured.

    Raises:
        Problems: If it cannot.
    """
    import tempfile

    folder = root / "evidence"
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".room.") as file:
            file.write(b"x" * 4096)
    except OSError as error:
        what = f"evidence cannot be written here: {error.strerror}."
        raise Problems([Problem("evidence", None, what, "Nothing was measured.")]) from None


def _refuse_to_record(claims: "Sequence[tuple[Entry, Claim]]", seed: int) -> None:
    """Evidence is of finished entries, and of the replicates of seed 0.

    Raises:
        Problems: Otherwise.
    """
    drafts = {entry.id: entry for entry, _ in claims if entry.draft}
    problems = [
        Problem(
            f"faq/{name}.yaml",
            None,
            "this entry is a draft, of which no evidence is recorded.",
            "Finish it, then take out `draft: true`; `dlfaq check` says what is still scaffold.",
        )
        for name in drafts
    ]
    if seed:
        problems.append(
            Problem(
                "dlfaq verify", None, "--record measures seed 0, not another.", "Leave out --seed."
            )
        )
    if problems:
        raise Problems(problems)


def select(faq: "Faq", words: "Sequence[str]") -> "list[tuple[Entry, Claim]]":
    """The claims that the words name: an entry, entry/claim, a topic or a simulation.

    Without words, all claims.

    Raises:
        Problems: For each word that names nothing, and what is wrong with each entry that a word
            names.
    """
    missing = [word.partition("/")[0] for word in words if word.partition("/")[0] in faq.missing]
    if missing:
        raise Problems(dict.fromkeys(one for name in missing for one in faq.problems_of(name)))
    if not words:
        return list(faq.claims())
    names = [(entry, claim, _names(entry, claim)) for entry, claim in faq.claims()]
    known = set().union(*(named for _, _, named in names)) | set(faq.topics)
    problems = [
        Problem(
            "dlfaq verify",
            None,
            f"'{word}' is no entry, entry/claim, topic or simulation.",
            _nearest(word, known),
        )
        for word in words
        if word not in known
    ]
    if problems:
        raise Problems(problems)
    return [(entry, claim) for entry, claim, named in names if named & set(words)]


def _names(entry: "Entry", claim: "Claim") -> set[str]:
    return {
        entry.id,
        f"{entry.id}/{claim.id}",
        entry.experiment_of(claim).simulation,
        *entry.topics,
    }


def _nearest(word: str, known: set[str]) -> str:
    """The nearest names: a claim's only if the word itself names a claim, for they are many."""
    return did_you_mean(word, known if "/" in word else {name for name in known if "/" not in name})


def check(json: AsJson = False, root: Root = None) -> None:
    """Check all files of an FAQ, and that the evidence is current.

    That is every entry, topic, link, placeholder, expectation, parameter and metric.

    Nothing is run and no simulation is imported. Exit code 1: something is to be mended. 2: there
    is no FAQ, or its topics or documents cannot be read.

    Example: dlfaq check
    """
    from dlfaq.evidence.stale import stale, unrecorded
    from dlfaq.knowledge.authoring import scaffold
    from dlfaq.knowledge.load import load

    try:
        faq = load(root_of(root))
    except Problems as found:
        _to_mend(found.problems, json=json)
        raise typer.Exit(2) from None
    if problems := (*faq.problems, *stale(faq)):
        _to_mend(problems, json=json)
        raise typer.Exit(1)
    claims = list(faq.claims())
    counts = {
        "entries": len(faq.entries),
        "planned": len(faq.planned),
        "claims": len(claims),
        "simulations": len({entry.experiment_of(claim).simulation for entry, claim in claims}),
    }
    never = unrecorded(faq)
    drafts = {entry.id: scaffold(entry) for entry in faq.entries if entry.draft}
    if json:
        say_json({"problems": [], **counts, "unrecorded": never, "drafts": drafts})
        return
    for name, left in drafts.items():
        still = (
            f" Still as `dlfaq new` wrote it: {', '.join(left)}."
            if left
            else " Take out `draft: true`."
        )
        typer.echo(f"faq/{name}.yaml: this entry is a draft.{still}", err=True)
    if never:
        typer.echo(
            f"Never recorded: {', '.join(never)}. `dlfaq verify --record` measures and records "
            "them.",
            err=True,
        )
    typer.echo(
        ", ".join(f"{number} {name}" for name, number in counts.items() if number)
        + ": nothing to mend."
    )


def _to_mend(problems: "Sequence[Problem]", *, json: bool) -> None:
    if json:
        say_json({"problems": [problem._asdict() for problem in problems]})
    else:
        complain(Problems(problems))
