"""A claim against its simulation: parameters, arms, sweep, controls, and every name in its expectations."""

from collections.abc import Iterable, Iterator, Mapping

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.conditions import expand
from dlfaq.knowledge.curves import unreduced
from dlfaq.knowledge.entry import Claim, Control, Scalar
from dlfaq.knowledge.expectation import Expectation, ExpectationError, Quantity, names_in, parse_expectation
from dlfaq.knowledge.simulations import Signature, mistyped


def check_claim(claim: Claim, signature: Signature, shown: str) -> Iterator[Problem]:
    """Everything that is wrong with a claim of an otherwise readable entry."""
    what = f"claim '{claim.id}'"
    conditions = [*_check_condition(claim, what, claim.line, signature, shown)]
    for control in claim.controls:
        conditions += _check_condition(control, f"a control of {what}", control.line, signature, shown)
        conditions += _check_control(control, claim, what, shown)
    for arm in claim.arms:
        if not arm.isidentifier() or arm in signature.parameters or arm in signature.metrics:
            why = "an arm is named by letters, digits and underscores, and unlike every parameter and metric."
            conditions.append(Problem(shown, claim.line, f"the arm '{arm}' of {what} cannot be named so; {why}"))
    yield from conditions
    if not conditions:
        yield from _check_changes(claim, signature, what, shown)
    for text in claim.expect:
        yield from _check_expectation(text, claim, signature, shown)


def _check_condition(
    side: Claim | Control, what: str, line: int, signature: Signature, shown: str
) -> Iterator[Problem]:
    settings: list[tuple[str, Scalar]] = [*side.given.items()]
    settings += [pair for parameters in side.arms.values() for pair in parameters.items()]
    settings += [(name, value) for name, values in side.sweep.items() for value in values]
    for name, value in settings:
        if name not in signature.parameters:
            says = f"{what} sets the parameter '{name}', which {signature.name} does not take."
            yield Problem(shown, line, says, did_you_mean(name, signature.parameters))
        elif wrong := mistyped(signature.parameters[name], value):
            yield Problem(shown, line, f"the parameter '{name}' of {what} {wrong}")


def _check_control(control: Control, claim: Claim, what: str, shown: str) -> Iterator[Problem]:
    for arm in control.arms:
        if arm not in claim.arms:
            says = f"a control of {what} changes the arm '{arm}', which the claim does not have."
            yield Problem(shown, control.line, says, did_you_mean(arm, claim.arms))
    if not (control.given or control.arms or control.sweep):
        yield Problem(
            shown, control.line, f"a control of {what} changes nothing.", "Add `given:`, `arms:` or `sweep:`."
        )


def _check_changes(claim: Claim, signature: Signature, what: str, shown: str) -> Iterator[Problem]:
    own = _spelt_out(claim, None, signature)
    for control in claim.controls:
        if _spelt_out(claim, control, signature) == own and (control.given or control.arms or control.sweep):
            yield Problem(shown, control.line, f"a control of {what} sets what is so already: nothing changes.")
    alongs = [text for text in claim.expect if _looks_along(text)]
    for side in (None, *claim.controls):
        swept = [name for name, values in _sweep(claim, side).items() if len(values) > 1]
        if alongs and len(swept) != 1:
            line = side.line if side else claim.line
            says = f"`{alongs[0]}` looks along a sweep, but {'a control of ' if side else ''}{what} sweeps {len(swept)} parameters."
            yield Problem(shown, line, says, "Exactly one parameter takes at least two values.")


def _spelt_out(claim: Claim, control: Control | None, signature: Signature) -> list[dict[str, Scalar]]:
    condition = expand(claim, control, signature)
    return [condition.parameters(arm, point) for point in condition.points for arm in condition.arms]


def _sweep(claim: Claim, control: Control | None) -> dict[str, tuple[Scalar, ...]]:
    if control is None:
        return dict(claim.sweep)
    return {name: values for name, values in {**claim.sweep, **control.sweep}.items() if name not in control.given}


def _looks_along(text: str) -> bool:
    try:
        return parse_expectation(text).quantity.along_sweep
    except ExpectationError:
        return False


def _check_expectation(text: str, claim: Claim, signature: Signature, shown: str) -> Iterator[Problem]:
    try:
        expectation = parse_expectation(text)
    except ExpectationError as error:
        yield Problem(
            shown,
            claim.line,
            f"the expectation `{text[:120]}` of claim '{claim.id}', column {error.column}: {error.message}",
        )
        return
    yield from check_quantity(expectation.quantity, claim, signature, shown, claim.line)
    for bound in _bounds(expectation):
        for name in sorted(bound - _numeric(claim, signature)):
            says = f"the bound of `{text}` in claim '{claim.id}' uses '{name}'; a bound has numbers and numeric parameters only."
            yield Problem(shown, claim.line, says, did_you_mean(name, _numeric(claim, signature)))


def _bounds(expectation: Expectation) -> Iterable[frozenset[str]]:
    return [names_in(node) for node in (expectation.low, expectation.high) if node is not None]


def check_quantity(quantity: Quantity, claim: Claim, signature: Signature, shown: str, line: int) -> Iterator[Problem]:
    """Every name of a quantity, and no curve left as one."""
    metrics, numeric = _metrics(claim, signature), _numeric(claim, signature)
    for name in sorted(quantity.names - set(metrics) - numeric):
        what = f"claim '{claim.id}' uses the {'metric' if name not in signature.parameters else 'parameter'} '{name}', which "
        if name in signature.parameters:
            what += "is a text, or differs between the arms." if claim.arms else "is a text."
        elif name in signature.metrics:
            what += f"needs its arm in front: one of {', '.join(f'{arm}.{name}' for arm in claim.arms)}."
        else:
            what += f"{signature.name} does not measure."
        yield Problem(shown, line, what, did_you_mean(name, [*metrics, *numeric]))
    curves = {name for name, axis in metrics.items() if axis}
    for name in sorted(unreduced(quantity.body, curves)):
        what = f"'{name}' in `{quantity.text}` is a curve, not a number."
        yield Problem(shown, line, what, f"Take one of its values, `{name}[-1]`, or `min({name})` or `max({name})`.")
    if not quantity.names & set(metrics):
        yield Problem(
            shown, line, f"`{quantity.text}` measures nothing: no metric is in it.", did_you_mean("", metrics)
        )


def _metrics(claim: Claim, signature: Signature) -> Mapping[str, str | None]:
    """Name, as an expression writes it, to the axis of a curve."""
    arms = [f"{arm}." for arm in claim.arms] or [""]
    return {arm + metric.name: metric.axis for arm in arms for metric in signature.metrics.values()}


def _numeric(claim: Claim, signature: Signature) -> set[str]:
    """The parameters an expression may name: not texts; by bare name only where all arms agree."""
    names = {name for name, one in signature.parameters.items() if one.type != "str"}
    differing = {name for parameters in claim.arms.values() for name in parameters}
    agreed = {
        name for name in differing
        if len({repr(arm.get(name, claim.given.get(name, signature.parameters[name].default if name in signature.parameters else None)))
                for arm in claim.arms.values()}) == 1
    }  # fmt: skip
    return (names - differing) | (names & agreed) | {f"{arm}.{name}" for arm in claim.arms for name in names}
