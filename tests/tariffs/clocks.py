"""Local times as people say them, for what is told in UTC."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from custom_components.smart_charging.engine.model.tariff import PriceSlot

PARIS = ZoneInfo("Europe/Paris")
LONDON = ZoneInfo("Europe/London")
MADRID = ZoneInfo("Europe/Madrid")
ROME = ZoneInfo("Europe/Rome")
CALIFORNIA = ZoneInfo("America/Los_Angeles")


def local(text: str, zone: ZoneInfo = PARIS, fold: int = 0) -> datetime:
    """Read `2026-03-28 22:00` as that moment in `zone`, UTC; `fold` 1 is the second time that it is so late."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def told(slots: Iterable[PriceSlot], zone: ZoneInfo = PARIS) -> list[str]:
    """Write slots as `28 22:00+1 0.17`: from when, with the hours from UTC, and the price; `~` where it is estimated."""
    return [
        f"{slot.start.astimezone(zone):%d %H:%M}{_offset(slot.start, zone)} "
        f"{'~' if slot.estimated else ''}{slot.price_per_kwh:g}"
        for slot in slots
    ]


def _offset(moment: datetime, zone: ZoneInfo) -> str:
    return f"{(moment.astimezone(zone).replace(tzinfo=UTC) - moment).total_seconds() / 3600:+.0f}"


def hours(slot: PriceSlot) -> float:
    """How long a slot lasts."""
    return (slot.end - slot.start).total_seconds() / 3600
