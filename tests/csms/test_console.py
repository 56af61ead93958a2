"""The csms as a program: JSON lines out, JSON lines in."""

import asyncio
import json
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.csms.authority import Authority
from custom_components.smart_charging.csms.console import (
    BadLine,
    Console,
    Options,
    event_line,
    main,
    parse_line,
    parse_options,
    run,
    write_line,
)
from custom_components.smart_charging.csms.events import Ready, TransactionStarted
from custom_components.smart_charging.csms.records import Features, RateUnit, Transaction

from .conftest import Clock
from .peer import PATIENCE_S, basic, station_at
from .pki import NOW

ROOT = Path(__file__).parents[2]


class Output:
    """Keeps the lines that were written, and waits for those to come."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self._changed = asyncio.Event()

    def __call__(self, line: dict[str, Any]) -> None:
        self.lines.append(line)
        self._changed.set()

    async def wait_for(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while not (found := [line for line in self.lines if wanted(line)]):
                self._changed.clear()
                await self._changed.wait()
        return found[0]


def options(**changes: Any) -> Options:
    return replace(Options(host="127.0.0.1", port=0, keys={}, anyone=True), **changes)


@pytest.fixture
def output() -> Output:
    return Output()


@pytest.fixture
async def console(output: Output) -> AsyncIterator[Console]:
    console = Console(options(anyone=False, keys={"CP1": None, "CP2": "secret"}), output)
    await console.start()
    yield console
    await console.stop()


def test_the_command_line() -> None:
    assert parse_options(["--port", "9000", "--key", "A=x=y", "--key", "B", "--key", "C="]) == Options(
        host="127.0.0.1", port=9000, keys={"A": "x=y", "B": None, "C": ""}, anyone=False
    )
    assert parse_options(["--port", "0", "--host", "::", "--any"]) == options(host="::")
    encrypted = parse_options(
        ["--port", "0", "--any", "--tls-port", "1", "--certificate", "a", "--station-authority", "b"]
    )
    assert encrypted == options(tls_port=1, certificate=Path("a"), station_authority=Path("b"))
    for nonsense in ([], ["--port", "0", "--tls-port", "1"], ["--port", "0", "--certificate", "a"]):
        with pytest.raises(SystemExit):
            parse_options(nonsense)


async def test_stations_may_encrypt(output: Output, tmp_path: Path) -> None:
    authority = Authority.create(NOW)
    (credential, *_) = authority.certify_server(["127.0.0.1"], NOW)
    (tmp_path / "ours.pem").write_text(credential.key_pem + credential.chain_pem, encoding="ascii")
    (tmp_path / "stations.pem").write_text(authority.certificate_pem, encoding="ascii")
    files = {"certificate": tmp_path / "ours.pem", "station_authority": tmp_path / "stations.pem"}
    console = Console(options(tls_port=0, **files), output)
    await console.start()
    try:
        trusting = ssl.create_default_context(cadata=authority.certificate_pem)
        async with station_at(output.lines[0]["tls_port"], tls=trusting) as peer:
            assert await peer.boot()
    finally:
        await console.stop()


@pytest.mark.parametrize("text", [None, "no certificate", "\N{SNOWMAN}"])
async def test_certificates_that_cannot_be_used_end_it_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    file = tmp_path / "ours.pem"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    assert await run(options(tls_port=0, certificate=file), descriptor=0, write=lambda _: None) == 2
    assert capsys.readouterr().err.startswith("csms: the certificates cannot be used: ")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("hello", "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        ('{"station": "A", "action": "B", "payload": {"x": NaN}}', "NaN is not JSON"),
        ("[]", "a line is"),
        ("{}", "a line is"),
        ('{"station": 5, "action": "Reset"}', "a line is"),
        ('{"station": "A", "action": "B", "payload": []}', "payload is not an object"),
    ],
)
def test_a_line_that_is_no_call(line: str, complaint: str) -> None:
    with pytest.raises(BadLine, match=complaint):
        parse_line(line)


@given(st.text())
def test_any_line_is_a_call_or_bad(line: str) -> None:
    with pytest.raises(BadLine):
        parse_line(line)


async def test_calls_and_their_answers(console: Console, output: Output) -> None:
    port = output.lines[0]["port"]
    assert output.lines == [{"event": "Listening", "host": "127.0.0.1", "port": port}]
    async with station_at(port) as peer:
        connected = await output.wait_for(lambda line: line.get("event") == "Connected")
        assert (connected["station"], connected["address"], connected["replaced"]) == ("CP1", "127.0.0.1", False)
        peer.answers["Odd"] = lambda _: {"deep": [1, {"a": None}]}
        console.take('{"station": "CP1", "action": "Odd", "payload": {"x": 1}, "id": 7}\n')
        assert await peer.asked("Odd") == {"x": 1}
        about = {"station": "CP1", "action": "Odd", "id": 7}
        assert await output.wait_for(lambda line: "answer" in line) == {"answer": {"deep": [1, {"a": None}]}} | about
    await output.wait_for(lambda line: line.get("event") == "Disconnected")
    console.take('{"station": "CP1", "action": "Reset"}')
    assert await output.wait_for(lambda line: "kind" in line) == {
        "error": "station CP1 is not connected",
        "kind": "StationOffline",
        "station": "CP1",
        "action": "Reset",
    }


async def test_bad_lines_get_an_error_line(console: Console, output: Output) -> None:
    console.take("  \n")
    console.take("hello")
    console.take('{"station": "nobody", "action": "Reset"}')
    await output.wait_for(lambda line: line.get("station") == "nobody")
    assert [line["error"] for line in output.lines[1:]] == [
        "this is not JSON: Expecting value: line 1 column 1 (char 0)",
        "there is no such station",
    ]


@pytest.mark.usefixtures("console")
async def test_a_refused_station_is_an_event(output: Output) -> None:
    from websockets.exceptions import InvalidStatus

    with pytest.raises(InvalidStatus):
        async with station_at(output.lines[0]["port"], "CP9"):
            pass
    assert output.lines[-1] == {"event": "Refused", "station": "CP9", "address": "127.0.0.1"}
    async with station_at(output.lines[0]["port"], "CP2", key="secret"):
        await output.wait_for(lambda line: line.get("event") == "Connected")
    assert basic("CP2", "secret") not in str(output.lines)


async def test_calls_still_waiting_at_the_end_fail(output: Output) -> None:
    console = Console(options(), output)
    await console.start()
    async with station_at(output.lines[0]["port"]) as peer:
        peer.answers["Reset"] = lambda _: None
        await peer.boot()
        await output.wait_for(lambda line: line.get("event") == "Ready")
        console.take('{"station": "CP1", "action": "Reset", "payload": {"type": "Soft"}}')
        await peer.asked("Reset")
        await console.stop()
    assert any(line.get("kind") == "StationOffline" for line in output.lines)


def test_every_event_can_be_a_line(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    transaction = Transaction(
        transaction_id="1", connector_id=1, id_tag="T", started_at=clock.at, meter_start_wh=None, guessed=False
    )
    write_line(event_line(TransactionStarted(station="CP1", at=clock.at, transaction=transaction)))
    write_line(event_line(Ready(station="CP1", at=clock.at, features=Features(rate_units=frozenset(RateUnit)))))
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["event"] == "TransactionStarted"
    assert (first["at"], first["transaction"]["transaction_id"]) == ("2026-06-01T10:00:00+00:00", "1")
    assert second["features"]["rate_units"] == ["A", "W"]
    with pytest.raises(TypeError):
        write_line({"what": object()})


async def test_input_is_read_from_a_descriptor_until_a_signal(output: Output) -> None:
    reading, writing = os.pipe()
    task = asyncio.create_task(run(options(), descriptor=reading, write=output))
    await output.wait_for(lambda line: line.get("event") == "Listening")
    os.write(writing, b'{"station": "A", "acti')
    os.write(writing, b'on": "Reset"}\n\xff\n' + b"x" * 1_200_000 + b'\n{"station": "B", "action": "Reset"}')
    os.close(writing)
    for station in ("A", "B"):
        await output.wait_for(lambda line, station=station: line.get("station") == station)  # type: ignore[misc]
    assert not task.done()
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(task, PATIENCE_S) == 0
    os.close(reading)


async def test_where_it_cannot_listen_it_ends_with_a_sentence(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert await run(options(port=port), descriptor=0, write=output) == 2
    assert capsys.readouterr().err == (
        f"csms: cannot listen for charging stations on 127.0.0.1 port {port}: the port is already in use\n"
    )
    assert await run(options(keys={"a b": None}), descriptor=0, write=output) == 2
    assert capsys.readouterr().err == "csms: 'a b' is not an identity\n"
    assert output.lines == []


def test_main_returns_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "99999"]) == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_program(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "custom_components.smart_charging.csms.console",
        "--port",
        "0",
        "--any",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    listening = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
    assert listening["event"] == "Listening"
    process.stdin.close()
    async with station_at(listening["port"]):
        assert json.loads(await process.stdout.readline())["event"] == "Connected"
    process.send_signal(number)
    output, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    assert errors == b""
    assert b"Disconnected" in output
