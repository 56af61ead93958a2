"""What a station is told for when it is alone: whose cards it may accept, and when it has to ask."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

import pytest

from custom_components.smart_charging.csms.authorization import Admittance, Authorization, IdToken
from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.errors import StationOffline, StationTimeout
from custom_components.smart_charging.csms.offline_cards import Kept, Offline, OfflineCards, keep_in_step
from custom_components.smart_charging.csms.operations import LocalListEntry
from custom_components.smart_charging.csms.station import Station

from .conftest import MakeCsms, until
from .peer import CallError, Json, Peer, station_at
from .v201 import setting, variables

type Connect = Callable[..., AbstractAsyncContextManager[tuple[Station, Peer]]]

END = datetime(2026, 12, 31, 23, tzinfo=UTC)
ANNA = LocalListEntry(
    id_token=IdToken(text="04A1B2C3", kind="ISO14443"),
    authorization=Authorization(status=Admittance.ACCEPTED, expires_at=END, group="family"),
)
BEN = LocalListEntry(
    id_token=IdToken(text="DE8AAC123456789", kind="eMAID"), authorization=Authorization(status=Admittance.BLOCKED)
)
LISTED = OfflineCards(offline=Offline.LISTED, entries=(ANNA, BEN))
NOBODY, EVERYBODY, AS_IT_IS = (
    OfflineCards(offline=offline) for offline in (Offline.NOBODY, Offline.EVERYBODY, Offline.AS_IT_IS)
)
NEWEST = 1_764_000_000

FULL = {"SupportedFeatureProfiles": "Core, LocalAuthListManagement,SmartCharging"} | dict.fromkeys(
    (
        "LocalAuthListEnabled",
        "LocalAuthorizeOffline",
        "AllowOfflineTxForUnknownId",
        "LocalPreAuthorize",
        "StopTransactionOnInvalidId",
    ),
    "?",
)
FULL_V201 = {"LocalAuthListCtrlr.Available": "true", "LocalAuthListCtrlr.Enabled": "false"} | dict.fromkeys(
    (
        "AuthCtrlr.Enabled",
        "AuthCtrlr.LocalAuthorizeOffline",
        "AuthCtrlr.OfflineTxForUnknownIdEnabled",
        "AuthCtrlr.LocalPreAuthorize",
        "TxCtrlr.StopTxOnInvalidId",
    ),
    "?",
)


@pytest.fixture
def connect(make_csms: MakeCsms) -> Connect:
    """Connects a station of a version, which is never prepared."""

    @asynccontextmanager
    async def connect(version: str = "1.6", **limits: float) -> AsyncIterator[tuple[Station, Peer]]:
        csms = make_csms(limits=ServerLimits(boot_grace_s=60, **limits))  # type: ignore[arg-type]
        station = csms.add_known("CP1", None)
        await csms.start("127.0.0.1", 0)
        async with station_at(csms.port, subprotocols=(f"ocpp{version}",)) as peer:
            await until(lambda: station.connected)
            yield station, peer

    return connect


def configuration(known: dict[str, str]) -> Callable[[Json], Json]:
    """Answers GetConfiguration from what is known."""
    return lambda payload: {
        "configurationKey": [
            {"key": key, "readonly": False, "value": known[key]} for key in payload["key"] if key in known
        ],
        "unknownKey": [key for key in payload["key"] if key not in known],
    }


def old(peer: Peer, known: dict[str, str], list_version: int = 0) -> None:
    """Make it a station of OCPP 1.6 that knows these settings."""
    peer.answers["GetConfiguration"] = configuration(known)
    peer.answers["GetLocalListVersion"] = lambda _: {"listVersion": list_version}


def new(peer: Peer, known: dict[str, str], list_version: int = 0) -> None:
    """Make it a station of OCPP 2.0.1 that knows these variables."""
    peer.answers["GetVariables"] = variables(known)
    peer.answers["SetVariables"] = setting("Accepted")
    peer.answers["GetLocalListVersion"] = lambda _: {"versionNumber": list_version}


def written(peer: Peer) -> dict[str, str]:
    """What a station was set to, in either version."""
    found = {payload["key"]: payload["value"] for action, payload in peer.calls if action == "ChangeConfiguration"}
    for action, payload in peer.calls:
        for entry in payload["setVariableData"] if action == "SetVariables" else ():
            name = f"{entry['component']['name']}.{entry['variable']['name']}"
            found[name] = entry["attributeValue"]
    return found


def asked(peer: Peer, action: str) -> list[Json]:
    return [payload for name, payload in peer.calls if name == action]


async def test_a_station_of_1_6_is_told_whose_cards_are_good(connect: Connect) -> None:
    async with connect() as (station, peer):
        old(peer, FULL)
        assert await keep_in_step(station, LISTED, NEWEST) == Kept(version=NEWEST)
        assert written(peer) == {
            "LocalAuthListEnabled": "true",
            "LocalAuthorizeOffline": "true",
            "AllowOfflineTxForUnknownId": "false",
            "LocalPreAuthorize": "false",
            "StopTransactionOnInvalidId": "true",
        }
        assert asked(peer, "ClearCache") == [{}]
        anna = {"status": "Accepted", "expiryDate": "2026-12-31T23:00:00.000Z", "parentIdTag": "family"}
        assert asked(peer, "SendLocalList") == [
            {
                "listVersion": NEWEST,
                "updateType": "Full",
                "localAuthorizationList": [
                    {"idTag": "04A1B2C3", "idTagInfo": anna},
                    {"idTag": "DE8AAC123456789", "idTagInfo": {"status": "Blocked"}},
                ],
            }
        ]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_station_of_2_0_1_is_told_whose_cards_are_good(connect: Connect, version: str) -> None:
    async with connect(version) as (station, peer):
        new(peer, FULL_V201)
        assert await keep_in_step(station, LISTED, NEWEST) == Kept(version=NEWEST)
        assert written(peer) == {
            "AuthCtrlr.Enabled": "true",
            "LocalAuthListCtrlr.Enabled": "true",
            "AuthCtrlr.LocalAuthorizeOffline": "true",
            "AuthCtrlr.OfflineTxForUnknownIdEnabled": "false",
            "AuthCtrlr.LocalPreAuthorize": "false",
            "TxCtrlr.StopTxOnInvalidId": "true",
        }
        (sent,) = asked(peer, "SendLocalList")
        assert [entry["idToken"] for entry in sent["localAuthorizationList"]] == [
            {"idToken": "04A1B2C3", "type": "ISO14443"},
            {"idToken": "DE8AAC123456789", "type": "eMAID"},
        ]


async def test_what_is_right_already_is_not_written_again(connect: Connect) -> None:
    async with connect() as (station, peer):
        right = {"LocalAuthListEnabled": "True", "LocalAuthorizeOffline": "true", "AllowOfflineTxForUnknownId": "false"}
        # The others it does not know.
        old(peer, {"SupportedFeatureProfiles": "LocalAuthListManagement", **right})
        await keep_in_step(station, LISTED, NEWEST)
        assert written(peer) == {}


@pytest.mark.parametrize(("had", "version"), [(0, NEWEST), (7, NEWEST), (NEWEST, NEWEST + 1), (2**31 - 1, 2**31 - 3)])
async def test_the_version_of_a_list_grows_for_as_long_as_there_are_numbers(
    connect: Connect, had: int, version: int
) -> None:
    async with connect() as (station, peer):
        old(peer, FULL, had)
        assert (await keep_in_step(station, LISTED, NEWEST)).version == version


@pytest.mark.parametrize(("cards", "unknown"), [(NOBODY, "false"), (EVERYBODY, "true")])
async def test_a_list_that_is_not_to_decide_any_more_is_emptied(
    connect: Connect, cards: OfflineCards, unknown: str
) -> None:
    async with connect() as (station, peer):
        old(peer, FULL, 7)
        assert await keep_in_step(station, cards, NEWEST) == Kept(version=NEWEST)
        assert asked(peer, "SendLocalList") == [
            {"listVersion": NEWEST, "updateType": "Full", "localAuthorizationList": []}
        ]
        assert written(peer)["AllowOfflineTxForUnknownId"] == unknown
        assert written(peer).get("LocalAuthorizeOffline") == ("false" if cards is NOBODY else None)


@pytest.mark.parametrize("had", [0, -1])
async def test_a_station_without_a_list_is_sent_no_empty_one(connect: Connect, had: int) -> None:
    async with connect() as (station, peer):
        old(peer, FULL, had)
        assert await keep_in_step(station, NOBODY, NEWEST) == Kept(version=0)
        assert asked(peer, "SendLocalList") == []


async def test_a_station_whose_settings_stay_forgets_the_cards_that_it_has_seen(connect: Connect) -> None:
    async with connect() as (station, peer):
        assert await keep_in_step(station, AS_IT_IS, NEWEST) == Kept(version=0)
        assert [action for action, _ in peer.calls] == ["ClearCache"]


@pytest.mark.parametrize("features", [{}, {"SupportedFeatureProfiles": "Core,SmartCharging"}])
async def test_a_station_that_keeps_no_list_is_sent_none(connect: Connect, features: dict[str, str]) -> None:
    async with connect() as (station, peer):
        rest = {key: value for key, value in FULL.items() if key != "SupportedFeatureProfiles"}
        old(peer, rest | features)
        assert await keep_in_step(station, LISTED, NEWEST) == Kept(version=0)
        assert asked(peer, "GetLocalListVersion") == []
        assert "LocalAuthListEnabled" not in written(peer)
        assert written(peer)["LocalPreAuthorize"] == "false"


async def test_a_station_that_answers_for_one_setting_at_a_time(connect: Connect) -> None:
    async with connect() as (station, peer):
        old(peer, FULL)

        def one(payload: Json) -> Json:
            if len(payload["key"]) > 1:
                raise CallError("GenericError")
            return configuration(FULL)(payload)

        peer.answers["GetConfiguration"] = one
        assert await keep_in_step(station, LISTED, NEWEST) == Kept(version=NEWEST)
        assert len(written(peer)) == 5


def fails(_payload: Json) -> Json:
    raise CallError("InternalError")


async def test_a_station_that_refuses_everything_is_told_all_that_matters_and_no_more_comes_of_it(
    connect: Connect,
) -> None:
    async with connect() as (station, peer):
        peer.answers |= dict.fromkeys(("ClearCache", "GetConfiguration"), fails)
        peer.answers["ChangeConfiguration"] = lambda payload: {
            "status": "NotSupported" if payload["key"] == "LocalPreAuthorize" else "Accepted"
        }
        kept = await keep_in_step(station, LISTED, NEWEST)
        assert kept == Kept(version=0, troubles=("LocalPreAuthorize = false: NotSupported",))

        peer.answers["ChangeConfiguration"] = fails
        troubles = (await keep_in_step(station, NOBODY, NEWEST)).troubles
        assert len(troubles) == 4
        assert all("InternalError" in trouble for trouble in troubles)


@pytest.mark.parametrize("action", ["GetLocalListVersion", "SendLocalList"])
async def test_a_list_that_is_refused_is_told(connect: Connect, action: str) -> None:
    async with connect() as (station, peer):
        old(peer, FULL)
        peer.answers[action] = fails
        version, trouble = (kept := await keep_in_step(station, LISTED, NEWEST)).version, kept.troubles[0]
        assert version is None
        assert trouble.startswith("list of cards: ")
        assert "04A1B2C3" not in trouble


@pytest.mark.parametrize(
    "action", ["ClearCache", "GetConfiguration", "ChangeConfiguration", "GetLocalListVersion", "SendLocalList"]
)
async def test_a_station_that_falls_silent_is_not_asked_on(connect: Connect, action: str) -> None:
    async with connect(call_timeout_s=0.2) as (station, peer):
        old(peer, FULL)
        peer.answers[action] = lambda _: None
        with pytest.raises(StationTimeout):
            await keep_in_step(station, LISTED, NEWEST)
        assert peer.calls[-1][0] == action


async def test_a_station_that_is_gone(make_csms: MakeCsms) -> None:
    with pytest.raises(StationOffline):
        await keep_in_step(make_csms().add_known("CP1", None), LISTED, NEWEST)
