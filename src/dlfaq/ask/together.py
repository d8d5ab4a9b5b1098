"""A team's own FAQ and the bundled one, asked together. Standard library only."""

from collections.abc import Sequence

from dlfaq.ask.rank import ANSWER, GUESS, NONE, Answer

LEVELS = (NONE, GUESS, ANSWER)


def named(answer: Answer, faq: str) -> Answer:
    """An answer whose results say from which FAQ they come."""
    written = answer.nearest_written
    return answer._replace(
        faq=faq,
        results=tuple(one._replace(faq=faq) for one in answer.results),
        nearest_written=written._replace(faq=faq) if written else None,
    )


def merged(answers: Sequence[Answer], n: int) -> Answer:
    """One answer of several FAQs: the surest comes first, then all others by their score.

    Where two FAQs have an entry of the same id, the first FAQ's counts.

    Args:
        answers: Of each FAQ; of equal ones the first is preferred.
        n: How many results to keep.
    """
    if len(answers) == 1:
        return answers[0]
    best = max(answers, key=_sureness)
    known: set[str] = set()
    rows = []
    for answer in answers:
        why = answer.explanation
        found = zip(answer.results, why.parts, why.matched, strict=True)
        rows += [row for row in found if row[0].id not in known]
        known |= {one.id for one in answer.results}
    rows.sort(key=lambda row: (row[0] not in best.results[:1], -row[0].score))
    rows = rows[:n]
    explanation = best.explanation._replace(
        parts=tuple(parts for _, parts, _ in rows), matched=tuple(found for *_, found in rows)
    )
    results = tuple(one for one, *_ in rows)
    return best._replace(results=results, explanation=explanation, faq=answers[0].faq)


def _sureness(answer: Answer) -> tuple[bool, int, float]:
    """What can be read comes before what is planned, a sure answer before a guess."""
    score = answer.results[0].score if answer.results else 0.0
    return answer.answered, LEVELS.index(answer.confidence), score
