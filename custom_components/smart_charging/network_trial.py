"""Asks a charger in the local network once, before it is set up: whether it answers as one of its kind."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, cast

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .chargers.around import HomeAround
from .chargers.device import Reading
from .chargers.errors import ChargerError, ChargerSilentError, ChargerUnfitError, ChargerUnreachableError
from .chargers.network_types import line_of, network_types, type_of

type _Release = Callable[[], Coroutine[Any, Any, None]]


class TrialError(Exception):
    """It did not answer as it should; `key` is why, as a key of the flow's errors."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


class _Holder:
    """Stands in for a config entry, which there is none of yet: holds what is opened until it is let go."""

    def __init__(self) -> None:
        self.entry_id: Final = "smart_charging_trial"
        self._releases: list[_Release] = []

    def async_on_unload(self, release: _Release) -> None:
        self._releases.append(release)

    async def let_go(self) -> None:
        for release in self._releases:
            await release()


async def async_read_once(hass: HomeAssistant, data: Mapping[str, Any]) -> Reading:
    """Read the charger of this valid data. Nothing is written to it. Raises `TrialError`."""
    holder = _Holder()
    try:
        device = type_of(data).make(line_of(data), HomeAround(hass, cast("ConfigEntry[Any]", holder)))
        try:
            return await device.read()
        finally:
            await device.close()
    except ChargerUnfitError as error:
        raise TrialError(error.unfit) from error
    except ChargerSilentError as error:
        raise TrialError("charger_silent") from error
    except ChargerUnreachableError as error:
        raise TrialError("charger_unreachable") from error
    except ChargerError as error:
        raise TrialError("charger_unreadable") from error
    finally:
        await holder.let_go()


def kinds() -> dict[str, str]:
    """List the kinds of chargers that can be tried: their names for people, by those in the configuration, in order."""
    found = {key: kind.name for key, kind in network_types().items()}
    return dict(sorted(found.items(), key=lambda item: item[1].casefold()))
