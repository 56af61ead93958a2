"""Chargers of which only the states of their entities and the actions that are called matter; the test sets those."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, callback

from custom_components.smart_charging.chargers.adopted.driver import (
    AdoptedDriver,
    make_adopted,
)
from custom_components.smart_charging.chargers.adopted.finder import describe, find_adoptable
from custom_components.smart_charging.chargers.adopted.row import Role
from custom_components.smart_charging.engine.model.evse import Evse, EvState
from custom_components.smart_charging.engine.model.quantities import Phase

from ...csms.conftest import Clock
from ..bench import EVSE
from ..waiting import Woken
from .brought import Brought
from .registry import bring

ONE_PHASE = replace(EVSE, phases=(Phase.L2,))
FIXED = replace(EVSE, minimum_a=16, failsafe_a=0)


class Adopted:
    """A charger as it is found, with states that the test sets."""

    def __init__(self, hass: HomeAssistant, platform: str, brought: Brought, evse: Evse = EVSE, **more: Any) -> None:
        self.hass = hass
        self.entity_ids = bring(hass, platform, brought)
        self.clock = Clock()
        self.woken = Woken()
        (adoptable,) = find_adoptable(hass)
        self.data = {**adoptable.data, "wiring": list(evse.phases), **more}
        driver = make_adopted(hass, self.data, evse, self.clock)
        assert isinstance(driver, AdoptedDriver)
        self.driver = driver
        self.calls: list[tuple[str, Mapping[str, Any]]] = []

    def say(self, name: str, state: str) -> None:
        known = self.hass.states.get(self.entity_ids[name])
        self.hass.states.async_set(self.entity_ids[name], state, known.attributes if known else {})

    def register(self, domain: str, action: str, then: Callable[[ServiceCall], None] = lambda _: None) -> None:
        @callback
        def handle(call: ServiceCall) -> None:
            self.calls.append((f"{domain}.{action}", dict(call.data)))
            then(call)

        self.hass.services.async_register(domain, action, handle)

    async def start(self) -> None:
        await self.driver.start(self.woken)


def reachable(driver: AdoptedDriver) -> bool:
    return driver.status.reachable


def state_of(driver: AdoptedDriver) -> EvState | None:
    return driver.status.state


def by_hand(hass: HomeAssistant, entities: Mapping[Role, str], evse: Evse = EVSE, **more: Any) -> AdoptedDriver:
    adoptable = describe(hass, entities, **more)
    assert adoptable is not None
    driver = make_adopted(hass, {**adoptable.data, "wiring": list(evse.phases)}, evse, Clock())
    assert isinstance(driver, AdoptedDriver)
    return driver
