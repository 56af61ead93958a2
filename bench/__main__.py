"""`script/bench NAME… [--data DIR] [--nights N] [--json FILE]`: run benchmarks by name, print their tables.

A benchmark is a module of this folder with `def run(data: DataDir) -> BenchResult`; one that runs nights takes `nights`
besides, so that it can be shortened. FILE receives one JSON object with
the keys `bench`, `machine`, `rows` and `summary`, so it takes one NAME at a time.
"""

import argparse
import ast
import importlib
import inspect
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from .data import DataDir
from .result import BenchError, BenchResult, Cell, Row


def names() -> list[str]:
    """Every benchmark that can be named: the modules here that define `run`."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if _defines_run(path))


def _defines_run(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body)


def machine() -> dict[str, Cell]:
    """What the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or "unknown"


def table(rows: Sequence[Row]) -> str:
    """Rows under their column names, numbers to the right, as wide as they need."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    numeric = [all(not isinstance(row.get(column), str) for row in rows) for column in columns]

    def line(texts: Sequence[str]) -> str:
        aligned = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, numeric, strict=True)
        )
        return "  ".join(aligned).rstrip()

    return "\n".join(line(texts) for texts in (columns, ["─" * width for width in widths], *cells))


def _cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
        case _:
            return str(value)


def load(name: str) -> Callable[..., BenchResult]:
    """The `run` of the benchmark called `name`."""
    if name not in names():
        raise BenchError(f'there is no benchmark called "{name}"; there are: {", ".join(names()) or "none yet"}')
    return cast("Callable[..., BenchResult]", importlib.import_module(f"{__package__}.{name}").run)


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; a word that is not understood ends the program with code 2."""
    parser = argparse.ArgumentParser(prog="script/bench", description=f"Known: {', '.join(names()) or 'none yet'}.")
    parser.add_argument("names", metavar="NAME", nargs="+", help="which benchmarks to run")
    parser.add_argument("--data", metavar="DIR", type=Path, help="the folder with measured series (prices_*.csv.gz, …)")
    parser.add_argument("--nights", metavar="N", type=int, help="run about so many, if the benchmark runs nights")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the result as one JSON object (one NAME only)")
    asked = parser.parse_args(words)
    if asked.json and len(asked.names) > 1:
        raise BenchError("--json writes one benchmark's result: name only one")
    if asked.nights is not None and asked.nights < 1:
        raise BenchError("--nights: one is the least")
    return asked


def options(name: str, run: Callable[..., BenchResult], asked: argparse.Namespace) -> dict[str, int]:
    """What a benchmark is told besides the data."""
    if asked.nights is None:
        return {}
    if "nights" not in inspect.signature(run).parameters:
        raise BenchError(f"--nights: {name} runs none")
    return {"nights": asked.nights}


def main(words: Sequence[str] | None = None) -> int:
    """Run what was asked for; 2 when that cannot be done."""
    try:
        asked = arguments(words)
        runs = {name: load(name) for name in asked.names}
        data = DataDir(asked.data)
        for name, run in runs.items():
            result = run(data, **options(name, run, asked))
            on = machine()
            print(f"{name}, on {on['processor']}, {on['cores']} cores, Python {on['python']}")
            print(table(result.rows))
            print("\n".join(f"{key} = {_cell(value)}" for key, value in result.summary.items()))
            if asked.json:
                _write(asked.json, {"bench": name, "machine": on, "rows": result.rows, "summary": result.summary})
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 0


def _write(path: Path, outcome: dict[str, object]) -> None:
    plain = {**outcome, "rows": [dict(row) for row in cast("Sequence[Row]", outcome["rows"])]}
    plain["summary"] = dict(cast("Row", outcome["summary"]))
    try:
        path.write_text(json.dumps(plain, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BenchError(f"{path} cannot be written: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
