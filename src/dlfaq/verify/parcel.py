"""What a trial needs to run where there is no checkout: the texts of its simulation's files.

`dlfaq.sim` is not in it: it comes with the dlfaq that is installed there, which must be the same.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dlfaq.knowledge.source_code import source_files
from dlfaq.verify.plan import Trial


@dataclass(frozen=True)
class Parcel:
    """A trial and the files that it runs.

    Attributes:
        trial: What is run.
        files: (path from the FAQ's root, text) of the simulation and of what it imports beside it.
    """

    trial: Trial
    files: tuple[tuple[str, str], ...]

    def unpack(self, folder: Path) -> Path:
        """Write the files into a folder of their own, unless they are there.

        Args:
            folder: Where such folders lie.

        Returns:
            The root of an FAQ that holds nothing but these files.
        """
        root = folder / hashlib.sha256(repr(self.files).encode()).hexdigest()[:16]
        for name, text in self.files:
            path = root / name
            if not path.is_file():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
        return root


def pack(root: Path, trial: Trial) -> Parcel:
    """Put a trial into a parcel.

    Raises:
        Problems: If one of its files cannot be read.
    """
    files = source_files(root, trial.simulation)
    texts = ((path.relative_to(root).as_posix(), path.read_text("utf-8")) for path in files)
    return Parcel(trial, tuple(texts))
