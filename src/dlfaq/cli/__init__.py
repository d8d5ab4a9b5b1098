"""The command line: parse, call one function, show, exit. Only here does the program print.

Exit codes: 0 as it should be; 1 nothing fits, or a claim is not verified; 2 bad usage or files to mend; 130 interrupted.
"""

from dlfaq.cli.app import app, main
from dlfaq.cli.playing import run_alone

__all__ = ["app", "main", "run_alone"]
