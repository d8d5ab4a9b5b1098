"""What is demanded of an entry: an answer to act on, claims that can fail."""

import re
from collections.abc import Callable, Iterator

from dlfaq.errors import Problem
from dlfaq.knowledge.checks.anchors import links_in
from dlfaq.knowledge.checks.spelt import Settings, Spelt, standard_conditions
from dlfaq.knowledge.citations import cited
from dlfaq.knowledge.entry import Claim, Entry
from dlfaq.knowledge.entry_file import EntryFile
from dlfaq.knowledge.expectation import ExpectationError, parse_expectation
from dlfaq.knowledge.experiment import VARIED, Scalar
from dlfaq.knowledge.placeholders import Placeholder, scan
from dlfaq.knowledge.settings import Setting

SAYS, SHORT = 25, 70  # words
STEPS, PARTS = (3, 6), (2, 5)
LEAST_REPLICATES = 8  # of a measured claim
LONGER = 4  # times the steps
CODE_WIDTH = 76  # columns of a snippet: what a terminal and a page show without scrolling

Demand = Callable[[EntryFile, Settings], Iterator[Problem]]


def check_demands(file: EntryFile, settings: Settings) -> Iterator[Problem]:
    """Everything that is demanded and the entry does not give."""
    for demand in DEMANDS:
        yield from demand(file, settings)


def every_claim_has_a_control(file: EntryFile, _: Settings) -> Iterator[Problem]:
    """A check that no condition breaks shows nothing."""
    for place, claim in enumerate(file.entry.claims):
        if not claim.fails_under:
            what = f"claim '{claim.id}' has no control, so nothing shows that its check can fail."
            hint = "Add `fails_under: {condition: reason}`: where the expectation must fail."
            yield file.problem(("claims", place), what, hint)


def no_control_compares_an_arm_with_itself(
    file: EntryFile, settings: Settings
) -> Iterator[Problem]:
    """Where the arms that are compared are the same, a control tests subtraction."""
    for place, claim in enumerate(file.entry.claims):
        arms = _compared(claim)
        for name in claim.fails_under if len(arms) > 1 else ():
            spelt = settings.of_claim(claim, name)
            if spelt is not None and _are_identical(spelt.setting, arms):
                control = f"the control '{name}' of claim '{claim.id}'"
                what = f"{control} makes arms identical that it compares."
                hint = (
                    "Choose a condition under which they differ, and the claim fails all the same."
                )
                yield file.problem(("claims", place, "fails_under", name), what, hint)


def all_is_for_what_is_exact(file: EntryFile, _: Settings) -> Iterator[Problem]:
    """Of random events a sample shows a share, never that all are so."""
    for place, claim in enumerate(file.entry.claims):
        if claim.kind == "measured" and _estimator(claim) == "all":
            what = f"claim '{claim.id}' is measured, and all(…) is for what is exact."
            hint = (
                "Write a share with a bound, such as `fraction(…) > 0.9`, "
                "or say that its kind is exact."
            )
            yield file.problem(("claims", place, "expect"), what, hint)


def training_says_what_happens_when_it_is_longer(
    file: EntryFile, settings: Settings
) -> Iterator[Problem]:
    """A claim about training names `longer`, one varied thing and, if arms compare, `tuned`."""
    for place, claim in enumerate(file.entry.claims):
        spelt = settings.of_claim(claim)
        if (
            claim.kind != "measured"
            or spelt is None
            or "steps" not in spelt.scope.signature.parameters
        ):
            continue
        missing = list(_needed(claim, settings, spelt))
        if missing:
            what = (
                f"claim '{claim.id}' is about training, and does not say what happens under "
                f"{' and '.join(missing)}."
            )
            hint = "Name it in `holds_under`, or in `fails_under` with the reason."
            yield file.problem(("claims", place), what, hint)


def longer_is_four_times(file: EntryFile, settings: Settings) -> Iterator[Problem]:
    """An experiment's own `longer` trains at least four times as long."""
    for place, claim in enumerate(file.entry.claims):
        own, longer = settings.of_claim(claim), settings.of_claim(claim, "longer")
        if "longer" not in claim.conditions or own is None or longer is None:
            continue
        for before, after in zip(_steps(own.setting), _steps(longer.setting), strict=False):
            if after < LONGER * before:
                what = (
                    f"'longer' of claim '{claim.id}' trains for {after} steps, "
                    f"not for {LONGER} times {before}."
                )
                yield file.problem(("claims", place), what)
                break


def measured_claims_have_replicates(file: EntryFile, _: Settings) -> Iterator[Problem]:
    """What is random is measured more than a few times."""
    for place, claim in enumerate(file.entry.claims):
        experiment = file.entry.experiments.get(claim.experiment)
        if claim.kind == "measured" and experiment and experiment.replicates < LEAST_REPLICATES:
            what = f"claim '{claim.id}' is measured over {experiment.replicates} replicates."
            hint = f"It needs {LEAST_REPLICATES} or more; an exact one needs one."
            yield file.problem(("claims", place), what, hint)


def texts_are_short(file: EntryFile, _: Settings) -> Iterator[Problem]:
    """Claims and short answers that are read at once."""
    entry = file.entry
    if (count := _words(entry.answer.short)) > SHORT:
        yield file.problem(
            ("answer", "short"), f"the short answer has {count} words; it may have {SHORT}."
        )
    for place, claim in enumerate(entry.claims):
        if (count := _words(claim.says)) > SAYS:
            what = f"claim '{claim.id}' says {count} words; it may have {SAYS}."
            yield file.problem(("claims", place, "says"), what)


def there_are_steps_and_parts(file: EntryFile, _: Settings) -> Iterator[Problem]:
    """Three to six steps, two to five parts; code that is shown without scrolling."""
    answer = file.entry.answer
    for what, found, (least, most) in (("step", answer.do, STEPS), ("part", answer.parts, PARTS)):
        if not least <= len(found) <= most:
            key = "do" if what == "step" else "parts"
            says = (
                f"the answer has {len(found)} {what}{'' if len(found) == 1 else 's'}, "
                f"not {least} to {most}."
            )
            yield file.problem(("answer", key), says)
    for place, step in enumerate(answer.do):
        widest = max(map(len, step.code.splitlines()), default=0)
        if widest > CODE_WIDTH:
            says = (
                f"the code of step {place + 1} is {widest} columns wide; it may have {CODE_WIDTH}."
            )
            yield file.problem(("answer", "do", place, "code"), says)


def steps_have_grounds(file: EntryFile, settings: Settings) -> Iterator[Problem]:
    """Every step has a ground, and half of them a measured one."""
    steps, measured = file.entry.answer.do, 0
    for place, step in enumerate(steps):
        if not step.because:
            hint = "Add `because:` with claims, references, or `practice`."
            yield file.problem(("answer", "do", place), f"step {place + 1} has no ground.", hint)
        measured += any(_is_measured(ground, file.entry, settings) for ground in step.because)
    if steps and 2 * measured < len(steps):
        what = f"{measured} of {len(steps)} steps rest on a measured claim; at least half must."
        yield file.problem(("answer", "do"), what)


def every_reference_is_cited(file: EntryFile, _: Settings) -> Iterator[Problem]:
    """A reference has an id and a purpose, and the answer cites it."""
    entry = file.entry
    used = {name for _, text in entry.texts() for name in cited(text)}
    used |= {ground for step in entry.answer.do for ground in step.because}
    for place, one in enumerate(entry.references):
        if not one.id or not one.purpose:
            what = f"the reference '{one.title[:60]}' has no {'`for`' if one.id else '`id`'}."
            yield file.problem(
                ("references", place), what, "`id` is what citations name, `for` what it is for."
            )
        elif one.id not in used:
            what = f"the reference '{one.id}' is cited nowhere."
            yield file.problem(
                ("references", place), what, f"Cite it as [@{one.id}], or take it out."
            )


def every_claim_is_used(file: EntryFile, _: Settings) -> Iterator[Problem]:
    """A claim that nothing rests on answers nothing."""
    used = _used(file.entry)
    for place, claim in enumerate(file.entry.claims):
        if claim.id not in used:
            what = f"claim '{claim.id}' is used by no step, no part and no ruling."
            hint = f"Name it in `because`, show its number, or link to it: [text](#{claim.id})."
            yield file.problem(("claims", place), what, hint)


DEMANDS: tuple[Demand, ...] = (
    every_claim_has_a_control,
    no_control_compares_an_arm_with_itself,
    all_is_for_what_is_exact,
    training_says_what_happens_when_it_is_longer,
    longer_is_four_times,
    measured_claims_have_replicates,
    texts_are_short,
    there_are_steps_and_parts,
    steps_have_grounds,
    every_reference_is_cited,
    every_claim_is_used,
)


def _needed(claim: Claim, settings: Settings, own: Spelt) -> Iterator[str]:
    """The conditions that a claim about training leaves out."""
    setting, known = own.setting, standard_conditions(own.scope.signature)
    if "longer" not in claim.conditions:
        yield "`longer`"
    is_tuned = all(row.get("tune") is True for arm in setting.arms for row in setting.rows(arm))
    if (
        len(setting.arms) > 1
        and "tuned" in known
        and not is_tuned
        and "tuned" not in claim.conditions
    ):
        tuned = settings.of_claim(claim, "tuned")
        # arms that differ in nothing but their rates are one arm once each has its best
        if tuned is None or not _are_identical(tuned.setting, _compared(claim)):
            yield "`tuned`"
    varied = [name for name in VARIED if name in known]
    if varied and not set(VARIED) & set(claim.conditions):
        yield f"any of {', '.join(f'`{name}`' for name in varied)}"


def _is_measured(ground: str, entry: Entry, settings: Settings) -> bool:
    """Whether a ground is a measured claim, of this entry or of another one."""
    other, slash, name = ground.rpartition("/")
    source = settings.written.get(other) if slash else entry
    if source is None:  # that entry's file is to be mended, or it is told that there is none
        return True
    return any(claim.id == name and claim.kind == "measured" for claim in source.claims)


def _steps(setting: Setting) -> list[int]:
    """The steps of each arm at each point."""
    return [row["steps"] for arm in setting.arms for row in setting.rows(arm) if "steps" in row]


def _compared(claim: Claim) -> set[str]:
    """The arms whose measurements an expectation compares."""
    try:
        names = parse_expectation(claim.expect).quantity.names
    except ExpectationError:
        return set()
    return {arm for arm, dot, _ in (name.partition(".") for name in names) if dot}


def _estimator(claim: Claim) -> str:
    try:
        return parse_expectation(claim.expect).quantity.estimator
    except ExpectationError:
        return ""


def _are_identical(setting: Setting, arms: set[str]) -> bool:
    """Whether two of some arms are one and the same."""
    rows = [list(map(_in_effect, setting.rows(arm))) for arm in sorted(arms) if arm in setting.arms]
    return any(one == other for place, one in enumerate(rows) for other in rows[:place])


def _in_effect(row: dict[str, Scalar]) -> dict[str, Scalar]:
    """The parameters that have an effect: a rate that is tuned is not the one that was given."""
    return {
        name: value for name, value in row.items() if name != "lr" or row.get("tune") is not True
    }


def _words(text: str) -> int:
    """Words as a reader counts them: a placeholder or a formula is one."""
    text = re.sub(r"\{\{[^{}]{0,500}\}\}|\$[^$]*\$", "x", text, flags=re.DOTALL)
    return len([word for word in text.split() if re.search(r"\w", word)])


def _used(entry: Entry) -> set[str]:
    used = {ground for step in entry.answer.do for ground in step.because}
    used |= {name for source in entry.sources for name in source.claims}
    for _, text in entry.texts():
        used |= {one.claim for one in scan(text) if isinstance(one, Placeholder)}
        used |= set(links_in(text))
    return used
