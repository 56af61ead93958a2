"""Charging profiles in the words and by the rules of OCPP 2.0.1 and 2.1 (K01, K10)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from .outlet import Transaction
from .profiles import MAXIMUM_PERIODS, MAXIMUM_STACK_LEVEL, Profile, ProfileError, ProfileStore, Purpose, parse_profile

_PURPOSES: Final = {
    "ChargingStationMaxProfile": Purpose.STATION,
    "TxDefaultProfile": Purpose.DEFAULT,
    "TxProfile": Purpose.TRANSACTION,
}
_KINDS: Final = ("Absolute", "Relative", "Recurring")
"""OCPP 2.1 also has Dynamic, which this station does not do."""


class RejectedError(ProfileError):
    """The station rejects the profile for `code`, one of the standard's reason codes."""

    def __init__(self, code: str, text: str) -> None:
        """`text` for people."""
        super().__init__(text)
        self.code = code


def install(store: ProfileStore, evse: int, payload: Mapping[str, Any], transaction: Transaction | None) -> None:
    """Take in a `chargingProfile`, in place of the one of the same id (K01.FR.05).

    Raises:
        RejectedError: this station cannot do it, or nobody could.

    """
    try:
        profile = parse(evse, payload)
    except (KeyError, TypeError, ValueError) as error:
        raise RejectedError("InvalidProfile", f"not a profile that is known here: {error!r}") from None
    _refuse_schedule(profile)
    _refuse_place(profile, transaction)
    twin = (profile.connector, profile.purpose, profile.stack_level)
    if any(
        old.id != profile.id and (old.connector, old.purpose, old.stack_level) == twin and _overlap(old, profile)
        for old in store.profiles
    ):
        raise RejectedError("DuplicateProfile", "another one has this purpose and stack level (K01.FR.06, K01.FR.39)")
    try:
        store.replace(profile, lambda old: old.id == profile.id)
    except ProfileError as error:
        raise RejectedError("OutOfStorage", str(error)) from None


def clear(store: ProfileStore, request: Mapping[str, Any]) -> int:
    """ClearChargingProfile: by id, or by all that is named of EVSE, purpose and stack level; how many were dropped."""
    number = request.get("chargingProfileId")
    criteria = request.get("chargingProfileCriteria", {})

    def named(profile: Profile) -> bool:
        if number is not None:
            return bool(profile.id == number)
        purpose = criteria.get("chargingProfilePurpose")
        return bool(
            criteria.get("evseId", profile.connector) == profile.connector
            and criteria.get("stackLevel", profile.stack_level) == profile.stack_level
            and (purpose is None or _PURPOSES.get(purpose) is profile.purpose)
        )

    return store.remove(named)


def parse(evse: int, payload: Mapping[str, Any]) -> Profile:
    """Read a `chargingProfile`. Of several schedules, which only a car by ISO 15118 could choose of, the first counts.

    Raises:
        KeyError, TypeError, ValueError: it is not one, or not for this station.

    """
    schedule = payload["chargingSchedule"][0]
    by_old_names = {
        **payload,
        "chargingProfileId": payload["id"],
        "chargingProfilePurpose": _PURPOSES[payload["chargingProfilePurpose"]],
        "chargingSchedule": schedule,
    }
    return replace(
        parse_profile(evse, by_old_names),
        offline_s=payload.get("maxOfflineDuration"),
        forgotten_offline=bool(payload.get("invalidAfterOfflineDuration")),
    )


def _refuse_schedule(profile: Profile) -> None:
    periods = profile.periods
    starts = [period.start_s for period in periods]
    dated = profile.start is not None
    relative = profile.kind == "Relative"
    objections = {
        ("InvalidProfile", f"the kind is none of {', '.join(_KINDS)}"): profile.kind not in _KINDS,
        ("InvalidSchedule", "it has no start (K01.FR.40)"): not relative and not dated,
        ("InvalidSchedule", "a relative one has no start of its own (K01.FR.41)"): relative and dated,
        ("InvalidSchedule", "the first period starts at 0 (K01.FR.31)"): starts[:1] != [0.0],
        ("InvalidSchedule", f"more than {MAXIMUM_PERIODS} periods"): len(periods) > MAXIMUM_PERIODS,
        ("InvalidSchedule", "two periods start at once (K01.FR.35)"): len(set(starts)) < len(starts),
        ("InvalidValue", "a limit below zero"): any(period.limit < 0 for period in periods),
    }
    _raise_first(objections)


def _refuse_place(profile: Profile, transaction: Transaction | None) -> None:
    on_station = profile.purpose is Purpose.STATION
    in_transaction = profile.purpose is Purpose.TRANSACTION
    running = transaction.id if transaction is not None else None
    level = profile.stack_level
    objections = {
        ("UnknownEvse", "there is one EVSE (K01.FR.28)"): profile.connector not in {0, 1},
        ("InvalidValue", "a maximum is for the whole station (K01.FR.03)"): on_station and profile.connector != 0,
        ("InvalidProfile", "a maximum cannot be relative (K01.FR.38)"): on_station and profile.kind == "Relative",
        ("InvalidValue", "a TxProfile is for an EVSE (K01.FR.16)"): in_transaction and profile.connector == 0,
        ("MissingParam", "a TxProfile names its transaction (K01.FR.03)"): in_transaction
        and profile.transaction_id is None,
        ("TxNotFound", "no such transaction runs (K01.FR.09, K01.FR.33)"): in_transaction
        and profile.transaction_id != running,
        ("InvalidStackLevel", f"the highest is {MAXIMUM_STACK_LEVEL}"): not 0 <= level <= MAXIMUM_STACK_LEVEL,
    }
    _raise_first(objections)


def _raise_first(objections: Mapping[tuple[str, str], bool]) -> None:
    for (code, text), holds in objections.items():
        if holds:
            raise RejectedError(code, text)


def _overlap(one: Profile, other: Profile) -> bool:
    """Whether both are valid at some time."""
    return (one.valid_to is None or other.valid_from is None or other.valid_from < one.valid_to) and (
        other.valid_to is None or one.valid_from is None or one.valid_from < other.valid_to
    )
