"""`python -m demo`: see `script/demo --help`."""

import asyncio
import signal
import sys

from .errors import DemoError
from .options import Options, parse_options
from .report import write_report
from .run import Run


async def demo(options: Options) -> None:
    """Run, and end cleanly when told to.

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
        return
    print("\n" + "\n".join(run.summary_lines(summary)), flush=True)
    if options.report is not None:
        write_report(summary, options.report)


def main() -> int:
    """The program; 2 where it could not do what was asked."""
    try:
        asyncio.run(demo(parse_options(sys.argv[1:])))
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
