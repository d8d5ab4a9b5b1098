"""A simulation as a Jupyter notebook: read it, run it, turn its parameters."""

import json
import re

from dlfaq.knowledge.simulations import Signature

REPLICATES = 16
_ALONE = re.compile(r'\n+if __name__ == "__main__":\n.*\Z', re.DOTALL)


def notebook(signature: Signature, setting: str) -> str:
    """The file's text; it needs nothing but dlfaq with its extra `verify`.

    Args:
        signature: The simulation.
        setting: By default, in words; may be empty.
    """
    head = [f"# {signature.name}", signature.summary]
    if setting:
        head.append(f"By default: {setting}.")
    head.append("It needs dlfaq with PyTorch: `pip install 'dlfaq[verify]'`.")
    numbers = [metric.name for metric in signature.metrics.values() if not metric.axis]
    curves = [metric.name for metric in signature.metrics.values() if metric.axis]
    given = [f"    {one.name}={one.default!r}," for one in signature.parameters.values()]
    run = [
        f'replicates = Replicates("{signature.name}", range({REPLICATES}))',
        f"found = {signature.name}(",
        "    replicates,",
        *given,
        ")",
        f"for name in {numbers!r}:",
        "    values = found[name].double()",
        '    span = f"from {values.min():.4g} to {values.max():.4g}"',
        '    print(f"{name}: mean {values.mean():.4g}, {span}")',
    ]
    if curves:
        run += [
            f"for name in {curves!r}:",
            "    median = found[name].double().median(0).values",
            '    print(f"{name}: median from {median[0]:.4g} to {median[-1]:.4g}")',
        ]
    metrics = [f"- `{one.name}`: {one.doc}" for one in signature.metrics.values()]
    cells = [
        _text("\n\n".join(head)),
        _code(_ALONE.sub("\n", signature.source).rstrip()),
        _text("Turn a parameter and run it again. What it measures:\n\n" + "\n".join(metrics)),
        _code("\n".join(run)),
    ]
    cells = [{"id": f"cell-{place}", **cell} for place, cell in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _text(source: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
