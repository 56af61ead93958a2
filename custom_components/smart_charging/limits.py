"""Limits that come and go: which of them hold, and what their entities told last, kept over restarts."""

from collections.abc import Callable, Mapping
from datetime import datetime

from homeassistant.core import HomeAssistant, callback

from .configuration.limits import LimitConfig
from .engine.model.limit import Limit
from .sources.limit import LimitReading, LimitSource
from .store import SiteStore


class Limits:
    """The limits of a site that come and go, by limit id."""

    def __init__(self, hass: HomeAssistant, configs: Mapping[str, LimitConfig], store: SiteStore) -> None:
        self._configs = configs
        self._store = store
        self._sources = {
            limit_id: LimitSource(
                hass,
                config.limit,
                when=config.entity_id if config.hours is None else config.hours,
                value_entity_id=config.value_entity_id,
                least_a=config.least_a,
                least_w=config.least_w,
                told=None if config.value_entity_id is None else store.told_limits.get(limit_id),
            )
            for limit_id, config in configs.items()
        }
        self._readings: dict[str, LimitReading] = {}

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when one of them may have come, gone or changed."""
        for source in self._sources.values():
            source.start(on_change)

    @callback
    def stop(self) -> None:
        """Listen no more."""
        for source in self._sources.values():
            source.stop()

    @property
    def readings(self) -> Mapping[str, LimitReading]:
        """How each of them stood when `holding` was asked last."""
        return self._readings

    def holding(self, at: datetime) -> dict[str, tuple[Limit, ...]]:
        """List those that hold at `at`, UTC, by circuit id."""
        self._readings = {limit_id: source.reading(at) for limit_id, source in self._sources.items()}
        self._store.set_told_limits(
            {limit_id: source.told for limit_id, source in self._sources.items() if source.told is not None}
        )
        held: dict[str, tuple[Limit, ...]] = {}
        for limit_id, reading in self._readings.items():
            if reading.holds:
                circuit_id = self._configs[limit_id].circuit_id
                held[circuit_id] = (*held.get(circuit_id, ()), reading.limit)
        return held
