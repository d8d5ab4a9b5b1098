"""The command line: parse, call one function, show, exit. Only here does the program print.

Exit codes: 0 as it should be; 1 nothing fits, or a claim is not verified; 2 bad usage or files to
mend; 130 interrupted.
"""

import gc

# what is loaded stays: collecting while loading costs a short command a tenth of its time
gc.disable()

from dlfaq.cli.alone import run_alone  # noqa: E402
from dlfaq.cli.app import app, main  # noqa: E402

gc.freeze()
gc.enable()

__all__ = ["app", "main", "run_alone"]
