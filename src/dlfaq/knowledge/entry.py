"""The words of the design as values: an FAQ, its entries, their experiments and claims.

Nothing here reads a file or checks anything; `load` makes these values and only makes valid ones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dlfaq.errors import Problem
from dlfaq.knowledge.experiment import Experiment, Parameters

Kind = Literal["measured", "exact", "library"]

RULINGS = ("true", "conditional", "false", "untestable")
KINDS = ("measured", "exact", "library")
PRACTICE = "practice"  # the ground of a step that rests on no claim and no reference


@dataclass(frozen=True)
class Claim:
    """One statement that one number decides, about one experiment.

    Attributes:
        id: Unique within its entry.
        kind: `measured` (nobody could know it without running it), `exact` (it follows from
            mathematics) or `library` (what PyTorch does).
        says: The statement, in words.
        experiment: The id of an experiment of the entry.
        expect: The expectation.
        shows: What was measured, in words with placeholders; may be empty.
        at: Swept parameters held at one value: the claim is about these points of the sweep only.
        holds_under: Conditions under which it holds too.
        fails_under: The reason by condition: the controls, under which the expectation must fail.
            The first is measured at every verification.
        line: Where it stands in the entry's file, from 1.
    """

    id: str
    kind: Kind
    says: str
    experiment: str
    expect: str
    shows: str = ""
    at: Parameters = field(default_factory=dict)
    holds_under: tuple[str, ...] = ()
    fails_under: Mapping[str, str] = field(default_factory=dict)
    line: int = 0

    @property
    def conditions(self) -> tuple[str, ...]:
        """Every condition that it names."""
        return (*self.holds_under, *self.fails_under)

    @property
    def measured_when_recorded(self) -> tuple[str, ...]:
        """All conditions but the first control, which shows each time that the check can fail."""
        return (*self.holds_under, *[*self.fails_under][1:])


@dataclass(frozen=True)
class Step:
    """One line of the `do` list.

    Attributes:
        text: What to do, in the imperative; Markdown with placeholders and citations.
        code: PyTorch; may be empty.
        because: Its grounds: claims of this entry, `entry/claim`, references, or PRACTICE.
        line: Where it stands in the entry's file, from 1.
    """

    text: str
    code: str = ""
    because: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Part:
    """A section of the explanation.

    Attributes:
        id: Unique within its entry; its anchor on the page.
        asked: The questions that this very section answers.
        text: Markdown with $maths$, placeholders and citations.
    """

    id: str
    title: str
    text: str
    asked: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Answer:
    """What an entry answers: in short, what to do, and the explanation in parts."""

    short: str
    do: tuple[Step, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class SourceStatement:
    """What a source document says, in our words, and our ruling.

    Attributes:
        ruling: One of RULINGS, "" while its entry is only planned.
        page: Whether a reader of the entry's page needs it; the ledger shows all.
    """

    document: str
    says: str
    ruling: str
    where: str = ""
    because: str = ""
    claims: tuple[str, ...] = ()
    page: bool = False
    line: int = 0


@dataclass(frozen=True)
class Plot:
    """What an experiment's trials look like: lines over a swept parameter, or along curves.

    Attributes:
        shows: What to see in it, in one sentence.
        claim: Whose experiment is drawn.
        x: A swept parameter, or the axis of the curves.
        lines: By label, an expression in metrics: one number a replicate where `x` is swept, a
            curve otherwise.
        at: Swept parameters that are held at one value. A reader turns the others that are not
            `x`: each of their values has lines of its own.
        log: Which of the axes, `x` and `y`, are logarithmic.
        y: What the lines measure, in a few words.
    """

    shows: str
    claim: str
    x: str
    lines: Mapping[str, str]
    at: Parameters = field(default_factory=dict)
    log: tuple[str, ...] = ()
    y: str = ""
    line: int = 0

    @property
    def key(self) -> str:
        """What is measured for it, as a text: its name in evidence."""
        at = ", ".join(f"{name}={value}" for name, value in self.at.items())
        lines = "; ".join(self.lines.values())
        return f"{self.claim}{f'[{at}]' if at else ''}: {lines} over {self.x}"


@dataclass(frozen=True)
class Reference:
    """A primary source that was opened; `purpose` says what it is cited for."""

    id: str
    title: str
    authors: str
    year: int
    url: str = ""
    purpose: str = ""
    line: int = 0


@dataclass(frozen=True)
class Document:
    """A source document, from `faq/documents.yml`; what is not known of it is left empty."""

    id: str
    title: str
    author: str = ""
    year: int | None = None
    address: str = ""


@dataclass(frozen=True)
class Entry:
    """One question with its answer: one file, `faq/<id>.yaml`.

    Attributes:
        experiments: By id.
        path: The file, for messages.
        draft: Whether `dlfaq new` wrote it and nobody has finished it yet.
        also_asked: Other ways to put the whole question.
    """

    id: str
    question: str
    topics: tuple[str, ...]
    answer: Answer
    experiments: Mapping[str, Experiment]
    claims: tuple[Claim, ...]
    path: Path
    draft: bool = False
    also_asked: tuple[str, ...] = ()
    plots: tuple[Plot, ...] = ()
    sources: tuple[SourceStatement, ...] = ()
    references: tuple[Reference, ...] = ()
    related: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The short answer."""
        return self.answer.short

    def asked(self) -> tuple[str, ...]:
        """Every way to ask it: the whole question's, then each part's."""
        return (*self.also_asked, *(one for part in self.answer.parts for one in part.asked))

    def claim(self, claim_id: str) -> Claim:
        """Return the claim of that id; KeyError if there is none."""
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise KeyError(claim_id)

    def experiment_of(self, claim: Claim) -> Experiment:
        """Return the experiment that a claim is about; KeyError if there is none."""
        return self.experiments[claim.experiment]

    def texts(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every text in which placeholders are filled in, with its path in the file."""
        yield ("answer", "short"), self.answer.short
        for place, step in enumerate(self.answer.do):
            yield ("answer", "do", place, "step"), step.text
        for place, part in enumerate(self.answer.parts):
            yield ("answer", "parts", place, "text"), part.text
        for place, source in enumerate(self.sources):
            yield ("sources", place, "because"), source.because


@dataclass(frozen=True)
class Planned:
    """An entry that is not written yet, from `faq/planned.yml`: it can be asked for, not answered.

    Its `sources` wait for their ruling.
    """

    id: str
    question: str
    topics: tuple[str, ...]
    also_asked: tuple[str, ...] = ()
    sources: tuple[SourceStatement, ...] = ()


@dataclass(frozen=True)
class Symptom:
    """What someone sees, and the entries that help, written or planned, by id."""

    seen: str
    entries: tuple[str, ...]


@dataclass(frozen=True)
class Faq:
    """A whole FAQ: `root` holds `faq/`, `sims/` and `evidence/`.

    Attributes:
        entries: Sorted by id.
        topics: Title by topic id, in the order of `faq/topics.yml`.
        documents: By id, in the order of `faq/documents.yml`.
        planned: Sorted by id.
        front: The ids of the entries that the home page shows first, in its order.
        symptoms: What people see, and the entries that help, in the home page's order.
        problems: What is to be mended; everything here is without it.
        missing: The ids of the entries that are left out for it, sorted.
    """

    root: Path
    entries: tuple[Entry, ...]
    topics: Mapping[str, str]
    documents: Mapping[str, Document]
    planned: tuple[Planned, ...] = ()
    front: tuple[str, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    problems: tuple[Problem, ...] = ()
    missing: tuple[str, ...] = ()

    def entry(self, entry_id: str) -> Entry:
        """Return the entry of that id; KeyError if there is none."""
        for entry in self.entries:
            if entry.id == entry_id:
                return entry
        raise KeyError(entry_id)

    def problems_of(self, entry_id: str) -> tuple[Problem, ...]:
        """What is wrong with an entry that is missing: in its own file, else wherever it is."""
        own = tuple(one for one in self.problems if one.file == f"faq/{entry_id}.yaml")
        return own or self.problems

    def claims(self) -> Iterator[tuple[Entry, Claim]]:
        """Every claim with its entry, in order."""
        for entry in self.entries:
            for claim in entry.claims:
                yield entry, claim
