"""Who may connect."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from custom_components.smart_charging.csms.admission import Admission, opened_by_web_page, parse_identity
from custom_components.smart_charging.csms.refusals import Refusal, TurnedAway
from custom_components.smart_charging.csms.security import SecurityProfile, StationCertificate, Wire
from custom_components.smart_charging.csms.server import CentralSystem

from .conftest import Clock, MakeCsms
from .peer import basic, station_at

ADDRESS = "192.0.2.1"
KEY = "0123456789abcdef0123456789abcdef01234567"


@asynccontextmanager
async def refused(status: HTTPStatus) -> AsyncIterator[None]:
    with pytest.raises(InvalidStatus) as caught:
        yield
    assert caught.value.response.status_code == status


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/CP1", "CP1"),
        ("/ocpp/1.6/CP1", "CP1"),
        ("/ocpp/CP1/", "CP1"),
        ("/CP1?token=x/y", "CP1"),
        ("/a%40b%3Ac", "a@b:c"),
        ("/" + "x" * 48, "x" * 48),
        ("/" + "x" * 49, None),
        ("/", None),
        ("", None),
        ("/a%20b", None),
        ("/a%2Fb", None),
        ("/a%0Ab", None),
        ("/a%FFb", None),
        ("/%E2%82%AC", None),
    ],
)
def test_the_identity_is_the_last_segment(path: str, identity: str | None) -> None:
    assert parse_identity(path) == identity


@given(st.text(), st.none() | st.text() | st.text().map(lambda text: "Basic " + text))
def test_any_request_is_judged_without_an_exception(path: str, authorization: str | None) -> None:
    admission = Admission(Clock())
    admission.add_known("CP1", KEY)
    assert admission.judge(path, authorization, ADDRESS).refusal is not None
    assert admission.judge("/CP1", authorization, ADDRESS).refusal is Refusal.CREDENTIALS


@pytest.mark.parametrize(
    ("authorization", "refusal"),
    [
        (basic("CP1", KEY), None),
        (basic("CP1", bytes.fromhex(KEY)), None),
        (basic("CP1", KEY).replace("Basic", "basic"), None),
        (basic("CP1", KEY.upper()), Refusal.CREDENTIALS),
        (basic("CP2", KEY), Refusal.CREDENTIALS),
        (basic("CP1", ""), Refusal.CREDENTIALS),
        (basic("CP1", KEY + "0"), Refusal.CREDENTIALS),
        ("Basic !!!", Refusal.CREDENTIALS),
        ("Basic é", Refusal.CREDENTIALS),
        ("Bearer " + KEY, Refusal.CREDENTIALS),
        ("", Refusal.CREDENTIALS),
        (None, Refusal.CREDENTIALS),
    ],
)
def test_a_key_has_to_be_brought(authorization: str | None, refusal: Refusal | None) -> None:
    admission = Admission(Clock())
    admission.add_known("CP1", KEY)
    assert admission.judge("/CP1", authorization, ADDRESS).refusal is refusal


@pytest.mark.parametrize(
    ("key", "sent", "taken"),
    [
        (
            "0123456789abcdef" * 2,
            bytes.fromhex("0123456789abcdef" * 2),
            True,
        ),  # whitepaper, A00.FR.205: from 16 bytes on
        ("0123456789abcdef", bytes.fromhex("0123456789abcdef"), False),
        ("0123456789abcdef" * 2 + "0", bytes.fromhex("0123456789abcdef" * 2 + "00")[:16], False),
        ("correct-horse-battery", "correct-horse-battery", True),  # OCPP 2.0.1: a text
    ],
)
def test_a_key_is_hexadecimal_for_some_stations_and_text_for_others(
    key: str, sent: str | bytes, *, taken: bool
) -> None:
    admission = Admission(Clock())
    admission.add_known("CP1", key)
    assert (admission.judge("/CP1", basic("CP1", sent), ADDRESS).refusal is None) is taken


OTHER_KEY = "fedcba9876543210fedcba9876543210fedcba98"


def test_a_changed_key_and_the_old_one_are_taken_until_the_new_one_was_seen() -> None:
    admission = Admission(Clock())
    admission.add_known("CP1", KEY)
    admission.add_known("CP1", OTHER_KEY, previous_key=KEY)
    old, new = basic("CP1", KEY), basic("CP1", bytes.fromhex(OTHER_KEY))
    assert admission.judge("/CP1", old, ADDRESS).refusal is None
    assert admission.judge("/CP1", basic("CP1", "guess"), ADDRESS).refusal is Refusal.CREDENTIALS
    assert admission.judge("/CP1", None, ADDRESS).refusal is Refusal.CREDENTIALS
    assert not admission.key_seen("CP1")
    assert admission.judge("/CP1", new, ADDRESS).refusal is None
    assert admission.key_seen("CP1")
    assert admission.judge("/CP1", old, ADDRESS).refusal is Refusal.CREDENTIALS
    # The same said again, as a reload of the configuration does, does not bring the old one back.
    admission.add_known("CP1", OTHER_KEY, previous_key=KEY)
    assert admission.judge("/CP1", old, ADDRESS).refusal is Refusal.CREDENTIALS
    admission.add_known("CP1", KEY, previous_key=OTHER_KEY)
    assert not admission.key_seen("CP1")
    assert admission.judge("/CP1", new, ADDRESS).refusal is None


def test_a_station_that_gets_its_first_key_may_come_without_until_it_brought_it() -> None:
    admission = Admission(Clock())
    admission.add_known("CP1", KEY, previous_key="")
    assert admission.judge("/CP1", None, ADDRESS).refusal is None
    assert admission.judge("/CP1", None, ADDRESS, by_web_page=True).refusal is Refusal.WEB_PAGE
    assert admission.judge("/CP1", basic("CP1", KEY), ADDRESS).refusal is None
    assert admission.judge("/CP1", None, ADDRESS).refusal is Refusal.CREDENTIALS


ENCRYPTED = Wire(encrypted=True)
OWN = Wire(encrypted=True, certificate=StationCertificate(common_name="CP1"))
SERIAL = Wire(encrypted=True, certificate=StationCertificate(common_name="SN-7"))
OTHERS = Wire(encrypted=True, certificate=StationCertificate(common_name="CP2"))
BOUND = Wire(encrypted=True, certificate=StationCertificate(common_name="SN-8", identity="CP1"))
FORGED = Wire(encrypted=True, certificate=StationCertificate(common_name="CP1", identity="CP2"))
RIGHT, WRONG = basic("CP1", KEY), basic("CP1", "guess")


@pytest.mark.parametrize(
    ("profile", "wire", "authorization", "refusal"),
    [
        (0, Wire(), RIGHT, None),
        (1, Wire(), RIGHT, None),
        (1, ENCRYPTED, RIGHT, None),  # better than it has to be: a home migrates charger by charger
        (2, Wire(), RIGHT, Refusal.UNENCRYPTED),
        (2, ENCRYPTED, RIGHT, None),
        (2, ENCRYPTED, WRONG, Refusal.CREDENTIALS),
        (2, ENCRYPTED, None, Refusal.CREDENTIALS),
        (2, OWN, None, None),  # profile 3 needs no key
        (2, OTHERS, RIGHT, None),
        (2, OTHERS, None, Refusal.CREDENTIALS),
        (3, Wire(), RIGHT, Refusal.UNENCRYPTED),
        (3, ENCRYPTED, RIGHT, Refusal.NO_CERTIFICATE),
        (3, OTHERS, RIGHT, Refusal.OTHER_CERTIFICATE),
        (3, FORGED, RIGHT, Refusal.OTHER_CERTIFICATE),
        (3, OWN, None, None),
        (3, SERIAL, None, None),
        (3, BOUND, None, None),
    ],
)
def test_a_station_has_to_be_as_secure_as_it_is_set(
    profile: int, wire: Wire, authorization: str | None, refusal: Refusal | None
) -> None:
    admission = Admission(Clock())
    admission.add_known("CP1", KEY, profile=SecurityProfile(profile), serials=["SN-7"])
    verdict = admission.judge("/CP1", authorization, ADDRESS, wire=wire)
    assert verdict.refusal is refusal
    if refusal not in {None, Refusal.CREDENTIALS}:
        assert verdict.status is HTTPStatus.FORBIDDEN


def test_who_was_turned_away_lately_can_be_asked() -> None:
    clock = Clock()
    admission = Admission(clock)
    admission.add_known("CP1", KEY)
    admission.judge("/CP1", WRONG, ADDRESS)
    admission.judge("/ocpp/my charger?token=secret", None, ADDRESS)
    admission.turn_away("192.0.2.2", Refusal.TLS_ON_PLAIN)
    clock.advance(10)
    admission.judge("/CP1", WRONG, ADDRESS)
    assert admission.recent == (
        TurnedAway(
            identity="",
            address=ADDRESS,
            refusal=Refusal.MALFORMED,
            at=clock.at - timedelta(seconds=10),
            path="/ocpp/my charger",
        ),
        TurnedAway(identity="", address="192.0.2.2", refusal=Refusal.TLS_ON_PLAIN, at=clock.at - timedelta(seconds=10)),
        TurnedAway(identity="CP1", address=ADDRESS, refusal=Refusal.CREDENTIALS, at=clock.at),
    )
    assert admission.refusals[Refusal.CREDENTIALS] == 2


def test_what_a_person_is_shown_of_a_path_is_legible_and_short() -> None:
    admission = Admission(Clock())
    admission.judge("/a\x1b[31m\n€" + "x" * 200 + "?password=secret", None, ADDRESS)
    (turned,) = admission.recent
    assert turned.path == "/a?[31m??" + "x" * 71


def test_an_identity_with_a_colon_can_have_a_key() -> None:
    admission = Admission(Clock())
    admission.add_known("a:b", "secret")
    assert admission.judge("/a:b", basic("a:b", "secret"), ADDRESS).refusal is None
    assert admission.judge("/a:b", basic("a", "b:wrong"), ADDRESS).refusal is Refusal.CREDENTIALS


def test_an_identity_no_station_can_have_is_an_error() -> None:
    with pytest.raises(ValueError, match="is not an identity"):
        Admission(Clock()).add_known("a b", None)


def test_guessing_a_key_is_slowed_down_even_when_it_is_right() -> None:
    clock = Clock()
    admission = Admission(clock)
    admission.add_known("CP1", KEY)
    right, wrong = basic("CP1", KEY), basic("CP1", "guess")
    for _ in range(10):
        assert admission.judge("/CP1", wrong, ADDRESS).refusal is Refusal.CREDENTIALS
    assert admission.judge("/CP1", wrong, ADDRESS).status is HTTPStatus.TOO_MANY_REQUESTS
    assert admission.judge("/CP1", right, ADDRESS).refusal is Refusal.TOO_OFTEN
    assert admission.judge("/CP1", right, "192.0.2.2").refusal is None
    clock.advance(61)
    assert admission.judge("/CP1", right, ADDRESS).refusal is None


def test_strangers_do_not_lock_out_known_stations_behind_the_same_address() -> None:
    admission = Admission(Clock())
    admission.add_known("CP1", KEY)
    refusals = [admission.judge("/stranger", None, ADDRESS).refusal for _ in range(12)]
    assert refusals == [Refusal.UNKNOWN] * 10 + [Refusal.TOO_OFTEN] * 2
    assert admission.judge("/CP1", basic("CP1", KEY), ADDRESS).refusal is None
    assert admission.refusals[Refusal.UNKNOWN] == 10


def test_only_the_first_few_strangers_are_reported_and_only_once() -> None:
    reports: list[str] = []
    admission = Admission(Clock(), on_refused=lambda identity, _: reports.append(identity))
    for _ in range(2):
        for number in range(20):
            admission.judge(f"/S{number}", None, ADDRESS)
    admission.judge("/not an identity", None, ADDRESS)
    assert reports == [f"S{number}" for number in range(8)]
    # A station that became known makes room for another.
    admission.add_known("S0", None)
    admission.judge("/S19", None, ADDRESS)
    assert reports[-1] == "S19"


def test_pairing_lets_strangers_in_for_a_while_and_a_few_only() -> None:
    clock = Clock()
    reports: list[str] = []
    admission = Admission(clock, on_paired=lambda identity, _: reports.append(identity))
    admission.open_pairing(clock.at + timedelta(minutes=5))
    assert admission.judge("/S0", None, ADDRESS).refusal is None
    assert admission.judge("/S0", None, ADDRESS).refusal is None
    assert [admission.judge(f"/S{number}", None, ADDRESS).refusal for number in range(1, 9)] == [None] * 7 + [
        Refusal.UNKNOWN
    ]
    assert reports == [f"S{number}" for number in range(8)]
    clock.advance(300)
    assert not admission.pairing
    assert admission.judge("/S0", None, ADDRESS).refusal is Refusal.UNKNOWN
    admission.open_pairing(clock.at + timedelta(minutes=5))
    assert admission.judge("/S9", None, ADDRESS).refusal is None
    admission.close_pairing()
    assert admission.judge("/S9", None, ADDRESS).refusal is Refusal.UNKNOWN


def test_a_stranger_that_knocked_all_night_is_let_in_when_pairing_opens() -> None:
    clock = Clock()
    admission = Admission(clock)
    for _ in range(50):
        admission.judge("/S0", None, ADDRESS)
    admission.open_pairing(clock.at + timedelta(minutes=5))
    assert admission.judge("/S0", None, ADDRESS).refusal is None


def test_a_report_that_fails_is_the_listener_s_fault(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_identity: str, _address: str) -> None:
        raise RuntimeError("listener")

    admission = Admission(Clock(), on_refused=fail)
    assert admission.judge("/S0", None, ADDRESS).refusal is Refusal.UNKNOWN
    assert "Could not report station S0" in caplog.text


def test_what_is_remembered_of_failures_is_bounded() -> None:
    admission = Admission(Clock())
    for number in range(2000):
        admission.judge("/S", None, f"192.0.2.{number}")
    assert len(admission._failures) == len(admission._refusals._complained) == 512
    assert len(admission.recent) == 32


def test_each_refusal_is_logged_once_and_never_with_credentials(caplog: pytest.LogCaptureFixture) -> None:
    admission = Admission(Clock())
    admission.add_known("CP1", KEY)
    for _ in range(5):
        admission.judge("/CP1", basic("CP1", "hunter2"), ADDRESS)
        admission.judge("/CP\n1", None, ADDRESS)
    assert [record.getMessage() for record in caplog.records] == [
        f"Refused a connection from {ADDRESS} as CP1: wrong credentials (further ones are not logged)",
        f"Refused a connection from {ADDRESS} as nobody: malformed identity (further ones are not logged)",
    ]


@pytest.mark.parametrize(
    ("origin", "by_web_page"),
    [
        (None, False),
        ("file://", False),
        ("http://192.0.2.9", False),
        ("http://192.0.2.9:8123", False),
        ("https://evil.example", True),
        ("null", True),
        ("http://[", True),
    ],
)
def test_a_page_in_a_browser_is_not_a_station(origin: str | None, *, by_web_page: bool) -> None:
    assert opened_by_web_page(origin, "192.0.2.9:9000") is by_web_page


async def test_a_web_page_cannot_pose_as_a_station_without_a_key(make_csms: MakeCsms) -> None:
    csms = make_csms(anyone=True)
    csms.add_known("CP1", None)
    csms.add_known("CP2", "secret")
    await csms.start("127.0.0.1", 0)
    for identity in ("CP1", "stranger"):
        async with refused(HTTPStatus.FORBIDDEN):
            await connect(f"ws://127.0.0.1:{csms.port}/{identity}", origin=Origin("http://evil.example"), proxy=None)
    headers = {"Authorization": basic("CP2", "secret")}
    url = f"ws://127.0.0.1:{csms.port}/CP2"
    async with connect(url, origin=Origin("http://odd.example"), additional_headers=headers, proxy=None):
        pass


async def test_the_door_over_http(make_csms: MakeCsms, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    offers: list[tuple[str, str]] = []
    paired: list[tuple[str, str]] = []
    csms = make_csms(on_refused=lambda *who: offers.append(who), on_paired=lambda *who: paired.append(who))
    csms.add_known("CP1", "secret")
    await csms.start("127.0.0.1", 0)
    async with station_at(csms.port, key="secret", path="/some/prefix/CP1") as peer:
        assert await peer.call("Heartbeat")
    async with refused(HTTPStatus.UNAUTHORIZED), station_at(csms.port, key="wrong"):
        pass
    async with refused(HTTPStatus.UNAUTHORIZED), station_at(csms.port, user="CP2", key="secret"):
        pass
    async with refused(HTTPStatus.NOT_FOUND), station_at(csms.port, "CP2"):
        pass
    assert (offers, paired) == ([("CP2", "127.0.0.1")], [])
    csms.open_pairing(clock.at + timedelta(minutes=1))
    async with station_at(csms.port, "CP2") as peer:
        assert await peer.call("Heartbeat")
        csms.close_pairing()
        assert await peer.call("Heartbeat")
    assert paired == [("CP2", "127.0.0.1")]
    async with refused(HTTPStatus.NOT_FOUND), station_at(csms.port, "CP2"):
        pass
    logged = " ".join(record.getMessage() for record in caplog.records if "client" not in record.name)
    assert "wrong credentials" in logged
    assert not any(secret in logged for secret in ("secret", basic("CP1", "secret"), basic("CP1", "wrong")))


async def test_two_authorization_headers_are_none(make_csms: MakeCsms) -> None:
    csms = make_csms()
    csms.add_known("CP1", "secret")
    await csms.start("127.0.0.1", 0)
    headers = [("Authorization", basic("CP1", "secret")), ("Authorization", basic("CP1", "other"))]
    async with refused(HTTPStatus.UNAUTHORIZED):
        await connect(f"ws://127.0.0.1:{csms.port}/CP1", additional_headers=headers, proxy=None)


async def test_a_known_station_without_a_key_may_bring_one(csms: CentralSystem) -> None:
    async with station_at(csms.port, key="whatever") as peer:
        assert await peer.call("Heartbeat")


async def test_anyone_is_let_in_where_that_was_asked_for(make_csms: MakeCsms) -> None:
    csms = make_csms(anyone=True)
    await csms.start("127.0.0.1", 0)
    async with station_at(csms.port, "whoever") as peer:
        assert await peer.call("Heartbeat")
    assert "whoever" in csms.stations
