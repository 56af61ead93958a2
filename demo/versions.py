"""The versions of OCPP that the simulated station speaks."""

from enum import StrEnum


class Version(StrEnum):
    """One version, as people write it."""

    V16 = "1.6"
    V201 = "2.0.1"
    V21 = "2.1"

    @property
    def subprotocol(self) -> str:
        """Its registered name on a WebSocket."""
        return f"ocpp{self}"
