"""Measured series to run a benchmark on: files of one folder, found by their pattern."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

from .result import BenchError


class DataDir:
    """The folder that `--data` names, or none: a benchmark that needs no series never asks."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` holds files such as `prices_nl.csv.gz`, `load_….csv.gz`, `ev_sessions_….csv.gz` and `pv_….csv.gz`."""
        if folder is not None and not folder.is_dir():
            raise BenchError(f"--data: {folder} is not a folder")
        self._folder = folder

    def files(self, pattern: str) -> tuple[Path, ...]:
        """All files that match `pattern`, by name.

        Raises:
            BenchError: none does, or no folder was given.
        """
        if self._folder is None:
            raise BenchError(f"this benchmark reads {pattern}: name the folder that holds it with --data")
        found = tuple(sorted(self._folder.glob(pattern)))
        if not found:
            raise BenchError(f"no file in {self._folder} is named {pattern}")
        return found

    def rows(self, path: Path) -> Iterator[dict[str, str]]:
        """Every row of one CSV file, gzipped or not, by the names in its first line.

        Raises:
            BenchError: the file cannot be read, or a row has more or fewer fields than the first line.
        """
        try:
            with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as text:
                for row in csv.DictReader(text):
                    if None in row or None in row.values():
                        raise BenchError(f"{path}: a row after {row} has not the fields that the first line names")
                    yield row
        except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
            raise BenchError(f"{path} cannot be read: {error}") from error
