"""What a station may let charge by itself: its own list of cards, its memory of them, and when it has to ask."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .errors import StationError, StationOffline, StationTimeout
from .operations import LocalListEntry
from .station import Station
from .versions import Version

_LOGGER: Final = logging.getLogger(__name__)

_TAKEN: Final = frozenset({"Accepted", "RebootRequired"})
_LARGEST: Final = 2**31 - 1


class Offline(StrEnum):
    """Who may charge while a station cannot ask us."""

    AS_IT_IS = "as_it_is"
    """As its own settings say, which nobody is to touch."""
    EVERYBODY = "everybody"
    LISTED = "listed"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineCards:
    """What a station is to know. `entries` are only kept by it where those `LISTED` may charge."""

    offline: Offline
    entries: tuple[LocalListEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What came of it: the version of the list in the station, and what did not work, in words.

    0: it has none, or none that matters; None: it does not have the one that it should.
    """

    version: int | None
    troubles: tuple[str, ...] = ()


# The names of the settings: OCPP 1.6, 9.1 and 9.2; OCPP 2.0.1, part 2, 2.1.4 (AuthCtrlr) and 2.1.12 (LocalAuthListCtrlr).
_FEATURES: Final = {
    Version.V16: ("SupportedFeatureProfiles",),
    Version.V201: ("LocalAuthListCtrlr.Available", "LocalAuthListCtrlr.Enabled"),
}
_LIST_ON: Final = {Version.V16: "LocalAuthListEnabled", Version.V201: "LocalAuthListCtrlr.Enabled"}
_OFFLINE: Final = {Version.V16: "LocalAuthorizeOffline", Version.V201: "AuthCtrlr.LocalAuthorizeOffline"}
_STRANGERS: Final = {Version.V16: "AllowOfflineTxForUnknownId", Version.V201: "AuthCtrlr.OfflineTxForUnknownIdEnabled"}
# Without asking, though it could: a card that was blocked a moment ago would be let in.
_UNASKED: Final = {Version.V16: "LocalPreAuthorize", Version.V201: "AuthCtrlr.LocalPreAuthorize"}
# What a no of ours is worth once the transaction has begun.
_STOPS: Final = {Version.V16: "StopTransactionOnInvalidId", Version.V201: "TxCtrlr.StopTxOnInvalidId"}
_ASKS: Final = {Version.V201: "AuthCtrlr.Enabled"}

_WANTED: Final[Mapping[Offline, tuple[tuple[Mapping[Version, str], bool], ...]]] = MappingProxyType(
    {
        Offline.EVERYBODY: ((_STRANGERS, True),),
        Offline.LISTED: (
            (_ASKS, True),
            (_LIST_ON, True),
            (_OFFLINE, True),
            (_STRANGERS, False),
            (_UNASKED, False),
            (_STOPS, True),
        ),
        Offline.NOBODY: ((_ASKS, True), (_OFFLINE, False), (_STRANGERS, False), (_UNASKED, False), (_STOPS, True)),
    }
)


async def keep_in_step(station: Station, cards: OfflineCards, newest: int) -> Kept:
    """Make a station forget the cards that it has seen, and tell it whom it may let charge by itself.

    `newest` is what the version of a new list is at least; one above what the station has is taken where that is more.
    What a station does not know or take is skipped, and told in the result.

    Raises:
        StationOffline: it is gone, or does not answer: nothing is known of what it has.
        StationTimeout: the same.

    """
    troubles: list[str] = []
    try:
        await station.operations.clear_cache()
    except StationOffline, StationTimeout:
        raise
    except StationError as error:
        # Many remember none.
        _LOGGER.debug("Station %s: %s", station.identity, error)
    if cards.offline is Offline.AS_IT_IS:
        return Kept(version=0)
    version = _family(station)
    names = {keys[version]: str(value).lower() for keys, value in _WANTED[cards.offline] if version in keys}
    values = await _read(station, (*_FEATURES[version], *names))
    lists = _keeps_lists(version, values)
    if not lists:
        names.pop(_LIST_ON[version], None)
    for name, value in names.items():
        # One that is not told is not there, unless nothing is told at all.
        if (name in values or not values) and values.get(name, "").strip().lower() != value:
            troubles += await _write(station, name, value)
    number: int | None = 0
    if lists:
        number, said = await _send(station, cards, newest)
        troubles += said
    return Kept(version=number, troubles=tuple(troubles))


def _family(station: Station) -> Version:
    """The version whose names a station knows; 2.1 knows those of 2.0.1."""
    if station.version is None:
        raise StationOffline(station.identity)
    return Version.V16 if station.version is Version.V16 else Version.V201


def _keeps_lists(version: Version, values: Mapping[str, str]) -> bool:
    """Whether a station says that it keeps a list of cards."""
    told = [values.get(name, "").lower() for name in _FEATURES[version]]
    if version is Version.V16:
        return "localauthlistmanagement" in [word.strip() for word in told[0].split(",")]
    return "true" in [word.strip() for word in told]


async def _read(station: Station, names: tuple[str, ...]) -> dict[str, str]:
    """Ask for all at once, and one by one where the station takes only so many; empty where it tells none."""
    try:
        return await station.read_configuration(names)
    except StationOffline, StationTimeout:
        raise
    except StationError as error:
        _LOGGER.debug("Station %s: %s", station.identity, error)
    values: dict[str, str] = {}
    for name in names if len(names) > 1 else ():
        values |= await _read(station, (name,))
    return values


async def _write(station: Station, name: str, value: str) -> list[str]:
    try:
        status = await station.write_configuration(name, value)
    except StationOffline, StationTimeout:
        raise
    except StationError as error:
        status = str(error)
    return [] if status in _TAKEN else [f"{name} = {value}: {status or 'no answer'}"]


async def _send(station: Station, cards: OfflineCards, newest: int) -> tuple[int | None, list[str]]:
    """Replace the list, where there is one or is to be one. Its version then, and what went wrong."""
    try:
        had = await station.operations.read_list_version()
        if had <= 0 and not cards.entries:
            return 0, []
        version = min(max(newest, had + 1), _LARGEST - len(cards.entries))
        return await station.operations.send_local_list(version, cards.entries), []
    except StationOffline, StationTimeout:
        raise
    except StationError as error:
        return None, [f"list of cards: {error}"]
