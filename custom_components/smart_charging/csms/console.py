"""The csms alone, for trials and other programs: events out as JSON lines, calls in as JSON lines."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, override

from .certificates import Credential
from .errors import ListenError, StationError
from .events import Event
from .frames import Payload
from .server import CentralSystem
from .station import Station
from .tls import TlsPort, server_context

_LONGEST_LINE: Final = 1024 * 1024

type Write = Callable[[dict[str, Any]], None]


class BadTls(ValueError):  # noqa: N818 -- it is the files that are wrong
    """Certificates that cannot be used."""


class BadLine(ValueError):  # noqa: N818 -- it is the line that is wrong
    """A line of input that is no call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says. `keys` maps identities to their keys, None for stations without one.

    `tls_port` is None where it is not listened on; `certificate` (a chain with its key, PEM) is then of no use, as is
    `station_authority` (PEM), without which stations are asked for no certificate.
    """

    host: str
    port: int
    keys: dict[str, str | None]
    anyone: bool
    tls_port: int | None = None
    certificate: Path | None = None
    station_authority: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One line of input: send `action` with `payload` to `station`. `tag` is given back with the answer."""

    station: str
    action: str
    payload: Payload
    tag: Any


def parse_options(arguments: Sequence[str]) -> Options:
    """Read the command line. Ends the program, with a sentence, when it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="script/csms",
        description="A csms for OCPP 1.6, 2.0.1 and 2.1: writes every event as a JSON line, and sends each JSON line it reads, "
        '{"station": …, "action": …, "payload": {…}}, to that station.',
    )
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 takes any free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--key", action="append", default=[], metavar="IDENTITY[=KEY]", help="a station to let in")
    parser.add_argument("--any", action="store_true", help="let in every station, without a key")
    parser.add_argument("--tls-port", type=int, help="port to listen on for stations that encrypt; wants --certificate")
    parser.add_argument(
        "--certificate", type=Path, metavar="PEM", help="file with our certificate, its chain and its key"
    )
    parser.add_argument(
        "--station-authority", type=Path, metavar="PEM", help="file with whom stations' certificates are of"
    )
    options = parser.parse_args(arguments)
    if (options.tls_port is None) != (options.certificate is None):
        parser.error("--tls-port and --certificate go together")
    keys: dict[str, str | None] = {}
    for text in options.key:
        identity, equals, key = text.partition("=")
        keys[identity] = key if equals else None
    return Options(
        host=options.host,
        port=options.port,
        keys=keys,
        anyone=options.any,
        tls_port=options.tls_port,
        certificate=options.certificate,
        station_authority=options.station_authority,
    )


def read_tls(options: Options) -> TlsPort | None:
    """What the command line says about encryption; None where nothing. Raises `BadTls` for files that cannot be used."""
    if options.tls_port is None or options.certificate is None:
        return None
    try:
        pem = options.certificate.read_text(encoding="ascii")
        authority = None if options.station_authority is None else options.station_authority.read_text(encoding="ascii")
        context = server_context([Credential(chain_pem=pem, key_pem="")], station_authority_pem=authority)
    except (OSError, ValueError) as error:
        raise BadTls(f"the certificates cannot be used: {error}") from error
    return TlsPort(port=options.tls_port, context=context)


def parse_line(line: str) -> Request:
    """Read one line of input. Raises `BadLine`."""
    try:
        message = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"this is not JSON: {error}") from None
    match message:
        case {"station": str(station), "action": str(action)}:
            payload = message.get("payload", {})
        case _:
            raise BadLine('a line is {"station": "…", "action": "…", "payload": {…}}')
    if not isinstance(payload, dict):
        raise BadLine("payload is not an object")
    return Request(station=station, action=action, payload=payload, tag=message.get("id"))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def event_line(event: Event) -> dict[str, Any]:
    """An event as what its JSON line holds: `event` is its kind, the rest are its fields."""
    return {"event": type(event).__name__, **asdict(event)}


class _Encoder(json.JSONEncoder):
    @override
    def default(self, o: object) -> Any:
        match o:
            case datetime():
                return o.isoformat()
            case frozenset():
                return sorted(o)
            case _:
                return super().default(o)


def write_line(line: dict[str, Any]) -> None:
    """Write one JSON line to stdout, at once."""
    sys.stdout.write(json.dumps(line, cls=_Encoder, separators=(",", ":")) + "\n")
    sys.stdout.flush()


class Console:
    """A csms whose events are written, and whose stations are called, line by line."""

    def __init__(self, options: Options, write: Write) -> None:
        self._options = options
        self._write = write
        self._calls: set[asyncio.Task[None]] = set()
        self._csms = CentralSystem(
            anyone=options.anyone,
            on_refused=lambda identity, address: write({"event": "Refused", "station": identity, "address": address}),
            on_station=self._watch,
        )

    async def start(self) -> None:
        """Listen, and say so. Raises `ListenError`, `BadTls`; ValueError for an identity that no station can have."""
        for identity, key in self._options.keys.items():
            self._csms.add_known(identity, key)
        tls = await asyncio.to_thread(read_tls, self._options)
        await self._csms.start(self._options.host, self._options.port, tls=tls)
        ports = {"port": self._csms.port} | ({} if tls is None else {"tls_port": self._csms.tls_port})
        self._write({"event": "Listening", "host": self._options.host, **ports})

    async def stop(self) -> None:
        """Close everything; calls that wait for an answer fail."""
        await self._csms.stop()
        if self._calls:
            await asyncio.wait(self._calls)

    def take(self, line: str) -> None:
        """Take one line of input; empty ones are nothing. Its answer is written when it arrives."""
        if not line.strip():
            return
        try:
            request = parse_line(line)
        except BadLine as error:
            self._write({"error": str(error)})
            return
        task = asyncio.get_running_loop().create_task(self._call(request))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    def _watch(self, station: Station) -> None:
        station.subscribe(lambda event: self._write(event_line(event)))

    async def _call(self, request: Request) -> None:
        about: dict[str, Any] = {"station": request.station, "action": request.action}
        if request.tag is not None:
            about["id"] = request.tag
        # Not `csms.station`, which would make one of every misspelt name.
        station = self._csms.stations.get(request.station)
        if station is None:
            self._write({"error": "there is no such station", **about})
            return
        try:
            answer = await station.call(request.action, request.payload)
        except StationError as error:
            self._write({"error": str(error), "kind": type(error).__name__, **about})
        else:
            self._write({"answer": answer, **about})


def _read_lines(descriptor: int, take: Callable[[str], None]) -> None:
    """Read lines until the end, in a thread: stdin may be a file, a pipe or a terminal, which no loop reads alike."""
    rest = b""
    while chunk := os.read(descriptor, 65_536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            take(line.decode(errors="replace"))
        if len(rest) > _LONGEST_LINE:
            take("too long a line")
            rest = b""
    if rest:
        take(rest.decode(errors="replace"))


async def run(options: Options, *, descriptor: int, write: Write) -> int:
    """Serve until SIGINT or SIGTERM; the end of the input ends nothing. Returns the exit code: 0, or 2 with a sentence."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    console = Console(options, write)
    try:
        await console.start()
    except (ListenError, ValueError) as error:
        sys.stderr.write(f"csms: {error}\n")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)

    def take(line: str) -> None:
        if not ended.is_set():
            loop.call_soon_threadsafe(console.take, line)

    threading.Thread(target=_read_lines, args=(descriptor, take), name="csms-stdin", daemon=True).start()
    try:
        await ended.wait()
    finally:
        await console.stop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the csms on stdin and stdout; warnings go to stderr."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="csms: %(message)s")
    options = parse_options(sys.argv[1:] if arguments is None else arguments)
    return asyncio.run(run(options, descriptor=0, write=write_line))


if __name__ == "__main__":
    sys.exit(main())
