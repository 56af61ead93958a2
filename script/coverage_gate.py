"""Ask of each file the coverage that it must have, and name those that fall short.

Reads the data file that `pytest --cov` wrote. An average hides the one file that nobody tested, so there is none: the
engine and the flows, where a slip is a blown fuse or a user who cannot get in, must be covered whole, branches included;
every other file to 95 %.
"""

import json
import subprocess
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

INTEGRATION = "custom_components/smart_charging"
WHOLE = (
    f"{INTEGRATION}/engine/*",
    f"{INTEGRATION}/config_flow*.py",
    f"{INTEGRATION}/flows/*",
)
WHOLE_PERCENT = 100.0
OTHER_PERCENT = 95.0


def wanted_percent(path: str) -> float:
    """What `path`, relative to the repository, must reach."""
    return WHOLE_PERCENT if any(fnmatch(path, pattern) for pattern in WHOLE) else OTHER_PERCENT


def missing_lines(file: dict[str, Any]) -> str:
    """The lines and branches that no test went through, as `12-14, 40->42`."""
    runs: list[list[int]] = []
    for line in file["missing_lines"]:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    lines = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    branches = [
        f"{start}->{'exit' if end < 0 else end}"
        for start, end in file.get("missing_branches", [])
        if start not in file["missing_lines"] and end not in file["missing_lines"]
    ]
    return ", ".join(lines + branches)


def main() -> int:
    """Print one line for each file that falls short; 1 if there is one."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        # S603: our own interpreter and fixed arguments
        subprocess.run([sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(report)], check=True)  # noqa: S603
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    offenders = [
        f"{path}: {percent:.1f} % is covered, {wanted:.0f} % is wanted; missing {missing_lines(file)}"
        for path, file in sorted(files.items())
        if (percent := file["summary"]["percent_covered"]) < (wanted := wanted_percent(path))
    ]
    print("\n".join(offenders))
    return 1 if offenders else 0


if __name__ == "__main__":
    sys.exit(main())
