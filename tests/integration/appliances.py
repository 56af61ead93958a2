"""Appliances of a home: entities that do as they are told, late or not at all if the test wants that."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall


class Appliance:
    """One entity, and the actions of its domain."""

    def __init__(
        self, hass: HomeAssistant, entity_id: str, state: str = "on", attributes: dict[str, Any] | None = None
    ) -> None:
        self.hass = hass
        self.entity_id = entity_id
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.fails: Exception | None = None
        self.deaf = False
        """It takes what it is told, and nothing happens."""
        self.holds: asyncio.Event | None = None
        self._attributes = attributes or {}
        self.set(state)
        domain = entity_id.partition(".")[0]
        ways: dict[str, Callable[[dict[str, Any]], str]] = {
            "turn_on": lambda _: "on",
            "turn_off": lambda _: "off",
            "set_hvac_mode": lambda data: str(data["hvac_mode"]),
            "set_operation_mode": lambda data: str(data["operation_mode"]),
            "set_value": lambda data: str(data["value"]),
            "select_option": lambda data: str(data["option"]),
        }
        for action, state_after in ways.items():
            hass.services.async_register(domain, action, self._handler(action, state_after))

    @property
    def state(self) -> str:
        state = self.hass.states.get(self.entity_id)
        assert state is not None
        return state.state

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.calls]

    def set(self, state: str) -> None:
        """Let it be in this state, by whomever."""
        self.hass.states.async_set(self.entity_id, state, self._attributes)

    def _handler(self, action: str, state_after: Callable[[dict[str, Any]], str]) -> Callable[[ServiceCall], Any]:
        async def handle(call: ServiceCall) -> None:
            data = dict(call.data)
            assert data.pop("entity_id") == self.entity_id
            self.calls.append((action, data))
            if self.holds is not None:
                await self.holds.wait()
            if self.fails is not None:
                raise self.fails
            if not self.deaf:
                self.set(state_after(data))

        return handle
