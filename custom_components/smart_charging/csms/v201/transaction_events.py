"""TransactionEvent: all that OCPP 2.0.1 and 2.1 say about a transaction (E01 to E16)."""

from collections.abc import Callable
from dataclasses import replace

from ocpp.exceptions import FormationViolationError, OccurrenceConstraintViolationError  # type: ignore[import-untyped]

from ..authorization import Authorization, IdToken
from ..fields import Fields
from ..frames import Payload
from ..measurands import parse_meter_value, parse_registers
from ..memory import StationMemory
from ..transactions import StartRequest, StopRequest
from .id_tokens import id_token_info, read_id_token
from .plugs import Plugs

type Judge = Callable[[IdToken], Authorization]


class TransactionEvents:
    """Answers TransactionEvent. Events come late and out of order: `seqNo` tells what is newest."""

    def __init__(self, memory: StationMemory, plugs: Plugs, judge: Judge) -> None:
        self._memory = memory
        self._plugs = plugs
        self._judge = judge
        self._newest: dict[int, tuple[str, int]] = {}

    def handle(self, fields: Fields) -> Payload:
        """Take in an event. Raises an `OCPPError` where it cannot be told what it is about."""
        kind, transaction_id = fields.text("eventType"), fields.section("transactionInfo").text("transactionId")
        if not transaction_id:
            raise FormationViolationError("transactionInfo.transactionId is missing")
        evse = self._evse(fields, transaction_id)
        id_token = read_id_token(fields.section("idToken"))
        answer: Payload = {}
        verdict = None
        if id_token.text or id_token.kind:
            verdict = self._judge(id_token)
            answer["idTokenInfo"] = id_token_info(verdict)
        match kind:
            case "Started":
                self._started(fields, evse, transaction_id, id_token)
            case "Updated":
                self._updated(fields, evse, transaction_id)
            case "Ended":
                self._ended(fields, evse, transaction_id)
            case _:
                raise FormationViolationError("eventType is none of Started, Updated, Ended")
        if verdict is not None and kind != "Started":
            self._memory.identified(transaction_id, id_token)
        return answer

    def _evse(self, fields: Fields, transaction_id: str) -> int | None:
        evse = fields.section("evse")
        if evse.optional_integer("id") is not None:
            return evse.connector_id("id", lowest=1)
        # Only the first event about it has to name the EVSE (E01.FR.16).
        return self._memory.connector_of(transaction_id) or self._memory.only_connector

    def _started(self, fields: Fields, evse: int | None, transaction_id: str, id_token: IdToken) -> None:
        if evse is None:
            raise OccurrenceConstraintViolationError("evse is missing")
        registers = parse_registers(fields.value("meterValue"), self._memory.now())
        self._memory.start_transaction(
            StartRequest(
                connector_id=evse,
                id_token=id_token,
                meter_start_wh=registers[0].register_wh if registers else None,
                station_at=fields.moment(),
                transaction_id=transaction_id,
                sequence=fields.optional_integer("seqNo"),
            )
        )
        self._tell_state(fields, evse, transaction_id)
        self._take_values(fields, evse, transaction_id)

    def _updated(self, fields: Fields, evse: int | None, transaction_id: str) -> None:
        if evse is None:
            # Which connector it is about nobody knows; the next event with an EVSE brings it back.
            return
        self._memory.heard(evse, transaction_id, fields.moment())
        self._tell_state(fields, evse, transaction_id)
        self._take_values(fields, evse, transaction_id)

    def _ended(self, fields: Fields, evse: int | None, transaction_id: str) -> None:
        sequence = fields.optional_integer("seqNo")
        registers = parse_registers(fields.value("meterValue"), self._memory.now())
        # The last is the end's own; those before it are what the station kept of the way.
        readings = (*registers[:-1], replace(registers[-1], sequence=sequence)) if registers else ()
        running = self._memory.running(evse) if evse is not None else None
        self._memory.stop_transaction(
            StopRequest(
                transaction_id=transaction_id,
                readings=readings,
                reason=fields.section("transactionInfo").text("stoppedReason") or "Local",
                connector_id=evse,
            )
        )
        if evse is not None and (running is None or running.transaction_id == transaction_id):
            self._newest.pop(evse, None)
            self._plugs.ended(evse, fields.moment())

    def _tell_state(self, fields: Fields, evse: int, transaction_id: str) -> None:
        running = self._memory.running(evse)
        sequence = fields.optional_integer("seqNo") or 0
        newest = self._newest.get(evse)
        stale = newest is not None and newest[0] == transaction_id and sequence < newest[1]
        if running is None or running.transaction_id != transaction_id or stale:
            return
        self._newest[evse] = transaction_id, sequence
        state = fields.section("transactionInfo").text("chargingState")
        self._memory.waits_for_authorization(
            evse,
            waits=state == "EVConnected" and not running.id_tag and not read_id_token(fields.section("idToken")).text,
        )
        self._plugs.doing(evse, state, fields.moment())

    def _take_values(self, fields: Fields, evse: int, transaction_id: str) -> None:
        measurement = parse_meter_value(fields.value("meterValue"), self._memory.now())
        if measurement is None:
            return
        if measurement.station_at is None:
            measurement = replace(measurement, station_at=fields.moment())
        self._memory.measured(evse, transaction_id, measurement, fields.optional_integer("seqNo"))
