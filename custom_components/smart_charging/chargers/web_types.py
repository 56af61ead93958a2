"""The kinds of chargers that speak HTTP, UDP or WebSocket, by their names in the configuration."""

from collections.abc import Mapping
from typing import Final

from . import go_e
from .network import Around, Line, NetworkType
from .web import Web


def _web(line: Line, around: Around, port: int = 80) -> Web:
    return Web(around.http, f"http://{line.host}:{line.port or port}")


WEB_TYPES: Final[Mapping[str, NetworkType]] = {
    "go_e": NetworkType(
        name="go-e (HTTP API v2)",
        make=lambda line, around: go_e.GoE(_web(line, around)),
        capabilities=go_e.CAPABILITIES,
        source="goecharger/go-eCharger-API-v2 apikeys-en.md, http-en.md",
        notes={
            "setup": "Switch on *Local HTTP API v2* in the go-e app (Internet, advanced settings).",
            "failsafe": "none: the last current stays; the safe current is written when Home Assistant stops",
            "wear": "an increase at most each 10 s",
        },
    ),
}
