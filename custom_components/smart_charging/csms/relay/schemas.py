"""The official schemas of OCPP's messages, as the `ocpp` library ships them: read from disk once, in a thread."""

import asyncio
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from ..versions import Version

type Schema = Mapping[str, Any]

_FOLDERS: Final = {Version.V16: "v16", Version.V201: "v201", Version.V21: "v21"}

_READ: Final[dict[Version, Mapping[str, Schema]]] = {}


class Schemas:
    """Those of one version, by action."""

    def __init__(self, version: Version, by_name: Mapping[str, Schema]) -> None:
        self._asks = "" if version is Version.V16 else "Request"
        self._by_name = by_name

    def request(self, action: str) -> Schema | None:
        """The schema of a call; None where this version has no such action."""
        return self._by_name.get(f"{action}{self._asks}")

    def response(self, action: str) -> Schema | None:
        """The schema of the answer to a call; None where this version has no such action."""
        return self._by_name.get(f"{action}Response")


async def load_schemas(version: Version) -> Schemas:
    """Read them, if nobody has yet. About a hundred files, which is no work for an event loop."""
    if version not in _READ:
        _READ[version] = await asyncio.to_thread(_read, version)
    return Schemas(version, _READ[version])


def _read(version: Version) -> Mapping[str, Schema]:
    folder = files("ocpp").joinpath(_FOLDERS[version], "schemas")
    return {
        path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8-sig"))
        for path in folder.iterdir()
        if path.name.endswith(".json")
    }
