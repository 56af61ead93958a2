"""Files that chargers send and fetch by themselves, over Home Assistant's own HTTP server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charging import file_views
from custom_components.smart_charging.file_exchange import PATH, FileExchange, Upload, async_exchange, async_file_url
from custom_components.smart_charging.file_views import LOG_PATH, async_register_views
from custom_components.smart_charging.kept_files import KEPT_LOGS, LogFolder, find_firmware, safe_name

from ..csms.conftest import until

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Client = TestClient[aiohttp.web.Request, aiohttp.web.Application]


@pytest.fixture
async def exchange(hass: HomeAssistant, tmp_path: Path) -> FileExchange:
    """What may come and go, in a folder of the test's own; its addresses are served."""
    hass.config.config_dir = str(tmp_path)
    assert await async_setup_component(hass, "http", {})
    async_register_views(hass)
    return async_exchange(hass)


@pytest.fixture
async def charger(exchange: FileExchange, hass_client_no_auth: ClientSessionGenerator) -> Client:
    """Somebody who is not logged in."""
    del exchange
    return await hass_client_no_auth()


@pytest.fixture
async def upload(exchange: FileExchange) -> AsyncIterator[Upload]:
    """A log that the charger in the garage was asked for."""
    with exchange.expect("garage_id") as upload:
        yield upload


def kept(tmp_path: Path) -> list[str]:
    """What is in the folder of the charger in the garage."""
    folder = tmp_path / "smart_charging" / "logs" / "garage_id"
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


# From a charger.


@pytest.mark.parametrize("method", ["put", "post"])
@pytest.mark.parametrize(
    ("suffix", "name"), [("", "log"), ("/", "log"), ("/log.zip", "log.zip"), ("//var/log/log.zip", "log.zip")]
)
async def test_a_log_is_kept(
    charger: Client, upload: Upload, tmp_path: Path, method: str, suffix: str, name: str
) -> None:
    body = bytes(range(256)) * 1024
    answer = await charger.request(method, f"{PATH}/{upload.token}{suffix}", data=body)
    assert answer.status == HTTPStatus.OK
    file = upload.received.result()
    assert file.charger_id == "garage_id"
    assert file.path.read_bytes() == body
    assert file.size_bytes == len(body)
    assert file.name.partition("_")[2] == name
    assert kept(tmp_path) == [file.name]


async def test_a_form_with_a_file_is_as_good(charger: Client, upload: Upload) -> None:
    form = aiohttp.FormData()
    form.add_field("station", "CP1")
    form.add_field("file", b"lines", filename="log.txt")
    form.add_field("more", b"other lines", filename="other.txt")
    assert (await charger.post(f"{PATH}/{upload.token}/", data=form)).status == HTTPStatus.OK
    file = upload.received.result()
    assert file.path.read_bytes() == b"lines"
    assert file.name.endswith("_log.txt")


async def test_an_address_is_good_for_one_file(charger: Client, upload: Upload, tmp_path: Path) -> None:
    assert (await charger.put(f"{PATH}/{upload.token}/", data=b"first")).status == HTTPStatus.OK
    assert (await charger.put(f"{PATH}/{upload.token}/", data=b"second")).status == HTTPStatus.NOT_FOUND
    assert len(kept(tmp_path)) == 1


async def test_an_address_is_good_as_long_as_somebody_waits(charger: Client, exchange: FileExchange) -> None:
    with exchange.expect("garage_id") as upload:
        pass
    assert upload.received.cancelled()
    assert (await charger.put(f"{PATH}/{upload.token}/", data=b"late")).status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("token", ["x", "A" * 22, "..", "%2e%2e"])
async def test_nobody_guesses_an_address(charger: Client, upload: Upload, tmp_path: Path, token: str) -> None:
    del upload
    for method in ("put", "post", "get"):
        answer = await charger.request(method, f"{PATH}/{token}/log", data=b"x" if method != "get" else None)
        assert answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
    assert kept(tmp_path) == []


async def test_too_large_a_file_is_refused_and_leaves_nothing(
    charger: Client, upload: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_views, "MOST_BYTES", 1000)
    answer = await charger.put(f"{PATH}/{upload.token}/", data=b"x" * 1001)
    assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert kept(tmp_path) == []
    assert (await charger.put(f"{PATH}/{upload.token}/", data=b"x" * 1000)).status == HTTPStatus.OK


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (b"x", {"Content-Type": "multipart/form-data"}),
        (b"x", {"Content-Type": "multipart/form-data; boundary=b"}),
        (
            b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--",
            {"Content-Type": "multipart/x; boundary=b"},
        ),
    ],
)
async def test_what_is_no_file_is_refused_and_may_be_sent_again(
    charger: Client, upload: Upload, tmp_path: Path, body: bytes, headers: dict[str, str]
) -> None:
    answer = await charger.put(f"{PATH}/{upload.token}/", data=body, headers=headers)
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert kept(tmp_path) == []
    assert (await charger.put(f"{PATH}/{upload.token}/", data=b"x")).status == HTTPStatus.OK


async def test_a_charger_that_stops_in_the_middle_may_begin_again(
    charger: Client, upload: Upload, tmp_path: Path
) -> None:
    more = asyncio.Event()

    async def halting() -> AsyncGenerator[bytes]:
        yield b"x" * 100_000
        await more.wait()

    url = f"{PATH}/{upload.token}/"
    first = asyncio.create_task(charger.put(url, data=halting()))
    await until(lambda: upload.taken)
    assert (await charger.put(url, data=b"x")).status == HTTPStatus.CONFLICT
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await until(lambda: not upload.taken)
    assert kept(tmp_path) == []
    assert (await charger.put(url, data=b"whole")).status == HTTPStatus.OK


async def test_a_charger_that_takes_for_ever_is_not_waited_for(
    charger: Client, upload: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_views, "UPLOAD_S", 0.05)

    async def halting() -> AsyncGenerator[bytes]:
        yield b"x"
        await asyncio.sleep(30)

    answer = await charger.put(f"{PATH}/{upload.token}/", data=halting())
    assert answer.status == HTTPStatus.REQUEST_TIMEOUT
    assert kept(tmp_path) == []


async def test_a_few_logs_are_kept(
    charger: Client, exchange: FileExchange, tmp_path: Path, freezer: FrozenDateTimeFactory
) -> None:
    for number in range(KEPT_LOGS + 2):
        with exchange.expect("garage_id") as upload:
            freezer.tick(60)
            assert (await charger.put(f"{PATH}/{upload.token}/{number}.txt", data=b"x")).status == HTTPStatus.OK
    assert [name.partition("_")[2] for name in kept(tmp_path)] == ["2.txt", "3.txt", "4.txt", "5.txt", "6.txt"]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("log.zip", "log.zip"),
        ("", "log"),
        ("..", "log"),
        ("a/b\\c.txt", "c.txt"),
        (".hidden", "hidden"),
        ("Gar\u00e4ge 1\n.txt", "Gar_ge_1_.txt"),
        ("x" * 100 + ".txt", "x" * 76 + ".txt"),
    ],
)
def test_a_name_is_a_name(told: str, name: str) -> None:
    assert safe_name(told) == name


# To people.


async def test_people_who_are_logged_in_download_logs(
    hass: HomeAssistant, charger: Client, upload: Upload, hass_client: ClientSessionGenerator
) -> None:
    await charger.put(f"{PATH}/{upload.token}/log.zip", data=b"lines")
    path = f"{LOG_PATH}/garage_id/{upload.received.result().name}"
    assert (await charger.get(path)).status == HTTPStatus.UNAUTHORIZED
    signed = await charger.get(async_sign_path(hass, path, timedelta(minutes=1), use_content_user=True))
    assert await signed.read() == b"lines"
    person = await hass_client()
    answer = await person.get(path)
    assert await answer.read() == b"lines"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    for other in ("other.zip", "..%2f..%2fsecrets", f".{upload.token}.part"):
        answer = await person.get(f"{LOG_PATH}/garage_id/{other}")
        # Home Assistant turns away by itself what looks like an attack.
        assert answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}
    for nobody in ("barn_id", "..", "%2e%2e"):
        answer = await person.get(f"{LOG_PATH}/{nobody}/{upload.received.result().name}")
        assert answer.status == HTTPStatus.NOT_FOUND


# To a charger.


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    """A file that a user put into the folder."""
    folder = tmp_path / "smart_charging" / "firmware" / "Acme One"
    folder.mkdir(parents=True)
    (folder / "2.1.bin").write_bytes(b"0123456789")
    (tmp_path / "secrets.yaml").write_text("secret")
    return folder / "2.1.bin"


def test_firmware_is_found_in_its_folder_alone(firmware: Path, tmp_path: Path) -> None:
    assert find_firmware(tmp_path, "Acme One/2.1.bin") == firmware
    for name in ("2.1.bin", "Acme One", "", "../../secrets.yaml", str(tmp_path / "secrets.yaml"), "../firmware2/x"):
        assert find_firmware(tmp_path, name) is None, name


async def test_what_is_offered_is_fetched_as_often_as_it_takes(
    charger: Client, exchange: FileExchange, firmware: Path
) -> None:
    offer = exchange.offer(firmware, dt_util.utcnow() + timedelta(hours=1))
    url = f"{PATH}/{offer.token}/2.1.bin"
    told = await charger.head(url)
    assert (told.status, told.headers["Content-Length"]) == (HTTPStatus.OK, "10")
    assert await (await charger.get(url)).read() == b"0123456789"
    part = await charger.get(url, headers={"Range": "bytes=4-"})
    assert (part.status, await part.read()) == (HTTPStatus.PARTIAL_CONTENT, b"456789")
    assert (await charger.put(url, data=b"mine")).status == HTTPStatus.NOT_FOUND
    exchange.withdraw(offer)
    assert (await charger.get(url)).status == HTTPStatus.NOT_FOUND


async def test_an_offer_ends(
    charger: Client, exchange: FileExchange, firmware: Path, freezer: FrozenDateTimeFactory
) -> None:
    old = exchange.offer(firmware, dt_util.utcnow() + timedelta(minutes=1))
    freezer.tick(61)
    assert (await charger.get(f"{PATH}/{old.token}/")).status == HTTPStatus.NOT_FOUND
    new = exchange.offer(firmware, dt_util.utcnow() + timedelta(minutes=1))
    assert exchange.offers.keys() == {new.token}


# Where all that is.


@pytest.mark.parametrize(
    ("internal_url", "expected"),
    [
        (None, "http://10.10.10.10:8123"),
        ("http://homeassistant.local:8123", "http://10.10.10.10:8123"),
        ("http://192.0.2.7:8124", "http://192.0.2.7:8124"),
        ("https://home.example.org", "https://home.example.org"),
    ],
)
async def test_a_charger_is_told_an_address_that_it_can_reach(
    hass: HomeAssistant, exchange: FileExchange, internal_url: str | None, expected: str
) -> None:
    del exchange
    if internal_url is not None:
        await async_process_ha_core_config(hass, {"internal_url": internal_url})
    assert await async_setup_component(hass, "network", {})
    url = await async_file_url(hass, "127.0.0.1", "abc", "fw 2.1.bin")
    assert url == f"{expected}/api/smart_charging/file/abc/fw%202.1.bin"


async def test_without_an_http_server_there_is_no_address(hass: HomeAssistant) -> None:
    with pytest.raises(HomeAssistantError) as refusal:
        await async_file_url(hass, None, "abc")
    assert refusal.value.translation_key == "no_http"


# What is left of chargers that are gone.


def test_logs_go_with_their_charger(tmp_path: Path) -> None:
    logs = LogFolder(tmp_path)
    logs.forget_others([])
    for charger_id in ("garage_id", "barn_id"):
        logs.begin(charger_id, "t1").close()
        logs.keep(charger_id, "t1", "log", dt_util.utcnow())
        logs.begin(charger_id, "t2").close()
    logs.forget_others(["garage_id"])
    left = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(left) == 1
    assert left[0].startswith("smart_charging/logs/garage_id/2")
