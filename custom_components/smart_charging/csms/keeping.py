"""What is known of stations, to and from plain data that goes to disk: it outlives a restart of the csms.

Of each station: what it is and can, the style its limits are put in, and its transactions, so that one that runs on
while nobody listened is not taken for a new one. Data that cannot be read is left out, not guessed.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from .ladder import Ladder, Purpose
from .memory import StationMemory
from .records import Features, ProfileStyle, RateUnit, StationInfo, Transaction
from .register import EnergyCounter, Reading
from .timestamps import parse_timestamp
from .transactions import Entry

_LOGGER: Final = logging.getLogger(__name__)

# Those that ended are kept for what stations send of them late.
_MOST_ENDED: Final = 16

type Plain = dict[str, Any]


def dump(memory: StationMemory) -> Plain:
    """What is known of a station, as plain data."""
    return {
        "info": None if memory.info is None else _plain(memory.info),
        "features": None if memory.features is None else _plain(memory.features),
        "style": _plain(memory.style),
        "proven": sorted(purpose.name for purpose in memory.ladder.proven),
        "transactions": [_dump_entry(entry) for entry in _worth_keeping(memory.ledger)],
    }


def describe(memory: StationMemory) -> Plain:
    """What a report of a fault needs of a station: what it is and can, and how it is treated; nothing that names it."""
    known = dump(memory)
    info = known["info"]
    return {
        "info": None if info is None else {name: text for name, text in info.items() if name != "serial"},
        "features": known["features"],
        "style": known["style"],
        "proven": known["proven"],
        "quirk": None if memory.quirk is None else memory.quirk.source,
        "clock_offset_s": memory.clock.offset.total_seconds(),
    }


def restore(memory: StationMemory, data: Mapping[str, Any]) -> None:
    """Take up what was known. What cannot be read is left out, and told in the log."""
    memory.info = _read(data, "info", lambda plain: StationInfo(**plain))
    memory.features = _read(data, "features", _features)
    style = _read(data, "style", _style)
    if style is not None:
        memory.ladder = Ladder(style, proven=[purpose for purpose in Purpose if purpose.name in data.get("proven", ())])
        if memory.ladder.proven:
            memory.learned(style)
    entries = [
        entry
        for number in range(len(data.get("transactions", ())))
        if (entry := _read(data["transactions"], number, lambda plain: _entry(plain, memory.now()))) is not None
    ]
    memory.resume(entries)


def _worth_keeping(entries: Iterable[Entry]) -> list[Entry]:
    every = list(entries)
    ended = [entry for entry in every if entry.ended is not None]
    forgotten = {id(entry) for entry in ended[:-_MOST_ENDED]}
    return [entry for entry in every if id(entry) not in forgotten]


def _read[Thing](data: Any, key: Any, make: Callable[[Any], Thing]) -> Thing | None:
    try:
        plain = data[key]
        return None if plain is None else make(plain)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        _LOGGER.warning("What was kept of a station's %s cannot be read: %s", key, error)
        return None


def _plain(record: Any) -> Plain:
    return {field.name: _plain_value(getattr(record, field.name)) for field in fields(record)}


def _plain_value(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case tuple():
            return list(value)
        case _:
            return value


def _features(plain: Plain) -> Features:
    units = frozenset(RateUnit(unit) for unit in plain.get("rate_units", ()))
    return Features(**plain | {"rate_units": units, "measurands": tuple(plain.get("measurands", ()))})


def _style(plain: Plain) -> ProfileStyle:
    unit = plain.get("unit")
    return ProfileStyle(**plain | {"unit": None if unit is None else RateUnit(unit)})


def _dump_entry(entry: Entry) -> Plain:
    counter = entry.counter
    return {
        "transaction": _plain(entry.transaction),
        "ended": entry.ended,
        "by_our_name": entry.by_our_name,
        "told": entry.told,
        "first": None if counter.first is None else _plain(counter.first),
        "last": None if counter.last is None else _plain(counter.last),
        "energy_wh": counter.energy_wh or 0.0,
        "in_kwh": counter.in_kwh,
        "above": None if counter.above is None else list(counter.above),
    }


def _entry(plain: Plain, now: datetime) -> Entry:
    transaction = Transaction(**_with_times(plain["transaction"], "started_at", "heard_at", "found_at"))
    if plain["ended"] is None:
        # Which limits hold for it is not known: somebody else may have set them since, or they may have run out.
        transaction = replace(transaction, found_at=now)
    first, last = (None if plain[name] is None else _reading(plain[name]) for name in ("first", "last"))
    above = plain.get("above")
    return Entry(
        transaction,
        EnergyCounter(
            first,
            last,
            float(plain["energy_wh"]),
            in_kwh=plain.get("in_kwh") is True,
            above=None if above is None else (float(above[0]), float(above[1])),
        ),
        ended=plain["ended"],
        by_our_name=bool(plain["by_our_name"]),
        told=bool(plain.get("told", True)),
    )


def _reading(plain: Plain) -> Reading:
    return Reading(**_with_times(plain, "at", "station_at"))


def _with_times(plain: Plain, *names: str) -> Plain:
    times = {name: parse_timestamp(plain[name]) for name in names if plain.get(name) is not None}
    if None in times.values():
        raise ValueError("a time is not one")
    return plain | times
