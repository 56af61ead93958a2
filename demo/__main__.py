"""`python -m demo`: see `script/demo --help`."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime

from .clock import build, restart_by, simulated, write_clock
from .errors import DemoError
from .folder import REPOSITORY
from .options import Options, parse_options
from .report import write_report
from .run import Run


async def demo(options: Options) -> bool:
    """Run, and end cleanly when told to; whether all that the run was to show came true.

    Raises:
        DemoError: it cannot be done.

    """
    run = Run(options)
    task = asyncio.ensure_future(run.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, run.end)
    summary = await task
    if summary is None:
        return True
    print("\n" + "\n".join(run.summary_lines(summary)), flush=True)
    if options.report is not None:
        write_report(summary, options.report)
    return not summary.failed


def main() -> int:
    """The program; 2 where it could not do what was asked, 1 where a night went wrong."""
    try:
        options = parse_options(sys.argv[1:])
        if (night := options.scenario.night) is not None and simulated() is None:
            folder = REPOSITORY / ".demo"
            library = build(folder)
            # Told apart from those of other demos by the number that the process keeps when it begins anew.
            shared = folder / f"clock-{os.getpid()}"
            write_clock(shared, night.begin(datetime.now(UTC)))
            restart_by(library, shared)
        return 0 if asyncio.run(demo(options)) else 1
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
