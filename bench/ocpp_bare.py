"""The bare `ocpp` library as a csms: its own ChargePoint, validation off, the same messages, the same kind of socket."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ocpp.routing import on  # type: ignore[import-untyped]
from ocpp.v16 import ChargePoint, call, call_result  # type: ignore[import-untyped]
from ocpp.v16.enums import Action  # type: ignore[import-untyped]
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from .ocpp_remote import Usage
from .ocpp_station import CONNECTOR, VALID_S

_UNCHECKED: Final = {"skip_schema_validation": True}


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Point(ChargePoint):  # type: ignore[misc]  # the library is untyped
    """A station as the library's user writes it: handlers that keep the latest values and answer."""

    def __init__(self, identity: str, connection: ServerConnection) -> None:
        super().__init__(identity, connection)
        self.transaction_id = 0
        self.status = ""
        self.values: dict[tuple[str, str | None], float] = {}

    @on(Action.boot_notification, **_UNCHECKED)  # type: ignore[untyped-decorator]
    def on_boot(self, **_: Any) -> Any:
        """Accept it."""
        return call_result.BootNotification(current_time=_stamp(datetime.now(UTC)), interval=60, status="Accepted")

    @on(Action.heartbeat, **_UNCHECKED)  # type: ignore[untyped-decorator]
    def on_heartbeat(self, **_: Any) -> Any:
        """Tell the time."""
        return call_result.Heartbeat(current_time=_stamp(datetime.now(UTC)))

    @on(Action.status_notification, **_UNCHECKED)  # type: ignore[untyped-decorator]
    def on_status(self, status: str, **_: Any) -> Any:
        """Keep it."""
        self.status = status
        return call_result.StatusNotification()

    @on(Action.start_transaction, **_UNCHECKED)  # type: ignore[untyped-decorator]
    def on_start(self, **_: Any) -> Any:
        """Give it a number."""
        self.transaction_id += 1
        return call_result.StartTransaction(transaction_id=self.transaction_id, id_tag_info={"status": "Accepted"})

    @on(Action.meter_values, **_UNCHECKED)  # type: ignore[untyped-decorator]
    def on_meter(self, meter_value: list[dict[str, Any]], **_: Any) -> Any:
        """Keep the values."""
        for entry in meter_value:
            for sample in entry["sampled_value"]:
                self.values[sample["measurand"], sample.get("phase")] = float(sample["value"])
        return call_result.MeterValues()

    async def limit(self, limit_a: float) -> None:
        """Send a profile as ours does."""
        now = datetime.now(UTC)
        profile = {
            "charging_profile_id": 1,
            "transaction_id": self.transaction_id,
            "stack_level": 8,
            "charging_profile_purpose": "TxProfile",
            "charging_profile_kind": "Absolute",
            "valid_to": _stamp(now + timedelta(seconds=VALID_S)),
            "charging_schedule": {
                "duration": VALID_S,
                "start_schedule": _stamp(now),
                "charging_rate_unit": "A",
                "charging_schedule_period": [{"start_period": 0, "limit": limit_a}],
            },
        }
        request = call.SetChargingProfile(connector_id=CONNECTOR, cs_charging_profiles=profile)
        answer = await self.call(request, skip_schema_validation=True)
        assert answer is not None
        assert answer.status == "Accepted"


class Bare(Usage):
    """The csms made of that."""

    def __init__(self) -> None:
        self._points: dict[str, Point] = {}
        self._server: Server | None = None

    async def listen(self) -> int:
        """Let everybody in; returns the port."""
        self._server = await serve(
            self._serve, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")], compression=None, server_header=None
        )
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def limit_each(self, times: int) -> None:
        """Set each station's limit so many times, the next when one was acknowledged."""

        async def limit(point: Point) -> None:
            for number in range(times):
                await point.limit(6.0 + number % 10)

        await asyncio.gather(*map(limit, self._points.values()))

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        identity = connection.request.path.strip("/")
        self._points[identity] = Point(identity, connection)
        with suppress(ConnectionClosed):
            await self._points[identity].start()
