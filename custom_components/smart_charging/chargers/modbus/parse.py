"""Reads a profile from its YAML. Each part of one has a function of its own below; `profile.py` says what it means.

A mistake is a `ProfileError` with the line that it is in.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from ...engine.model.evse import EvState, WatchdogKind
from ..errors import Unfit
from .fields import Field, Fields, root, texts
from .profile import (
    SIZES,
    WRITE_COIL,
    WRITE_ONE,
    WRITE_SEVERAL,
    Failsafe,
    Identity,
    Info,
    Kind,
    Limit,
    Measured,
    Pause,
    Phases,
    Profile,
    Raw,
    Register,
    Setting,
    StateRule,
    Test,
    Tests,
    Type,
    Watchdog,
)

MOST_ADDRESS: Final = 0xFFFF
_MOST_PORT: Final = 65535
_MOST_UNIT: Final = 255
_MOST_SIZE: Final = 125
_PHASES: Final = 3
_MOST_A: Final = 80.0
_MOST_SPACING_S: Final = 2.0
_MOST_TIME_S: Final = 3600.0
_DEFAULT_FAILSAFE_TIMEOUT_S: Final = 60.0
_NOTES: Final = ("setup", "failsafe", "pause", "wear", "phases")


def parse_profile(text: str, name: str) -> Profile:
    """Read a profile; `name` is what to call it in an error. Raises `ProfileError`."""
    fields = root(text, name).fields()
    reader = _Reader(fields)
    registers = reader.registers
    pause = fields.take("pause", reader.pause, None)
    profile = Profile(
        name=fields.need("name").text(),
        models=texts(fields.need("models").items()),
        source=fields.need("source").text(),
        tried=fields.need("tried").truth(),
        port=fields.take("port", lambda field: field.integer(1, _MOST_PORT), 502),
        unit=fields.need("unit").integer(0, _MOST_UNIT),
        rtu=fields.take("rtu", Field.truth, default=False),
        spacing_s=fields.take("spacing", lambda field: field.number(0, _MOST_SPACING_S), 0.0),
        single_reads=fields.take("single_reads", Field.truth, default=False),
        registers=registers,
        state=tuple(reader.state_rule(item) for item in fields.need("state").items()),
        measured=fields.take("measure", reader.measured, Measured()),
        limit=reader.limit(fields.need("limit")),
        pause=pause,
        watchdog=fields.take("watchdog", reader.watchdog, Watchdog()),
        failsafe=fields.take("failsafe", reader.failsafe, None),
        phases=fields.take("phases", reader.phases, None),
        prepare=fields.take("prepare", lambda field: tuple(map(reader.setting, field.items())), ()),
        identify=fields.take("identify", lambda field: tuple(map(reader.identity, field.items())), ()),
        info=reader.info(fields.need("info")),
        notes=fields.take("notes", _notes, {}),
    )
    fields.take("word_order", Field.text, "")
    fields.end()
    _judge(profile, fields)
    return profile


def _judge(profile: Profile, fields: Fields) -> None:
    """What only shows when all of it is there."""
    measured, limit, pause = profile.measured, profile.limit, profile.pause
    if limit.pause is None and pause is None:
        raise fields.need("limit").wrong(
            "Nothing says how it is paused: limit needs a pause value, or there is a pause register."
        )
    if measured.limit is not None and pause is not None and profile.registers[pause.write].write_only:
        raise fields.need("measure").wrong("The limit cannot be told where the register that pauses it cannot be read.")
    failsafe = profile.failsafe
    timer = None if failsafe is None or failsafe.timeout is None else profile.registers[failsafe.timeout]
    if timer is not None and timer.write_only and profile.watchdog.timeout is None:
        raise fields.need("failsafe").wrong("Nothing tells its timeout: the watchdog needs a timeout_register.")
    if len(measured.current) > 1 and any(profile.registers[name].count != 1 for name in measured.current):
        raise fields.need("measure").wrong("current is one register with three values, or three with one each.")


class _Reader:
    """Reads the parts that name registers, which have to be there."""

    def __init__(self, fields: Fields) -> None:
        little = fields.take("word_order", _is_little, default=False)
        found = [_register(field, little=little) for field in fields.need("registers").fields()]
        self.registers: Mapping[str, Register] = {register.name: register for register in found}

    def name(self, field: Field) -> str:
        """The name of a register that can be read."""
        register = self._register(field)
        if register.write_only:
            raise field.wrong(f"{field.name} is read from {register.name}, which can only be written.")
        return register.name

    def names(self, field: Field) -> tuple[str, ...]:
        return tuple(self.name(item) for item in field.items())

    def numeric(self, field: Field) -> tuple[str, ...]:
        """Registers that hold numbers."""
        names = self.names(field)
        for name in names:
            if self.registers[name].type.text:
                raise field.wrong(f"{field.name} is a number, and {name} holds a text.")
        return names

    def one_number(self, field: Field) -> str:
        """A register that holds one number."""
        (name, *more) = self.numeric(field)
        if more:
            raise field.wrong(f"{field.name} is one register, and not several.")
        return name

    def written(self, field: Field) -> str:
        """The name of a register that can be written."""
        register = self._register(field)
        if not register.kind.writable or register.type.text or register.count > 1:
            raise field.wrong(f"{register.name} cannot be written: it is of kind {register.kind}, {register.type}.")
        if register.function == WRITE_ONE and register.size > 1:
            raise field.wrong(f"{register.name} takes {register.size} registers, and function 6 writes one.")
        return register.name

    def _register(self, field: Field) -> Register:
        name = field.text()
        if name not in self.registers:
            raise field.wrong(f"There is no register {name!r}.")
        return self.registers[name]

    def tests(self, field: Field) -> Tests:
        return tuple(self._test(each) for each in field.fields())

    def _test(self, field: Field) -> Test:
        if field.name not in self.registers:
            raise field.wrong(f"There is no register {field.name!r}.")
        register = self.registers[field.name]
        if register.write_only:
            raise field.wrong(f"{register.name} can only be written, and nothing can depend on it.")
        test = _test(field)
        for value in (*(test.one_of or ()), *test.none_of, *(test.begins or ())):
            if isinstance(value, str) is not register.type.text:
                kind = "a text" if register.type.text else "a number"
                raise field.wrong(f"{register.name} holds {kind}, and is never {value!r}.")
        return test

    def state_rule(self, field: Field) -> StateRule:
        rules = [*field.fields()]
        if len(rules) != 1:
            raise field.wrong("A rule of the state has one letter, and what has to hold for it.")
        letter = rules[0].name
        if letter.lower() not in set(EvState):
            raise rules[0].wrong(f"{letter!r} is no state; they are A, B, C, D, E and F.")
        return StateRule(state=EvState(letter.lower()), when=self.tests(rules[0]))

    def measured(self, field: Field) -> Measured:
        fields = field.fields()
        measured = Measured(
            current=fields.take("current", self.numeric, ()),
            voltage=fields.take("voltage", self.numeric, ()),
            power=fields.take("power", self.numeric, ()),
            energy=fields.take("energy", self.numeric, ()),
            session_energy=fields.take("session_energy", self.numeric, ()),
            limit=fields.take("limit", self.one_number, None),
            limit_when=fields.take("limit_when", self.tests, ()),
            fault=fields.take("fault", self.one_number, None),
        )
        fields.end()
        return measured

    def limit(self, field: Field) -> Limit:
        fields = field.fields()
        minimum_a = fields.take("minimum", lambda item: item.number(1, _MOST_A), 6.0)
        limit = Limit(
            write=self.written(fields.need("write")),
            minimum_a=minimum_a,
            maximum_a=fields.take("maximum", lambda item: item.number(minimum_a, _MOST_A), 32.0),
            step_a=fields.need("step").number(0.001, minimum_a),
            pause=fields.take("pause", lambda item: item.integer(0), None),
            interval_s=fields.take("interval", lambda item: item.number(0, _MOST_TIME_S), 0.0),
            in_w=fields.take("unit", _is_in_w, default=False),
        )
        fields.end()
        return limit

    def pause(self, field: Field) -> Pause:
        fields = field.fields()
        pause = Pause(
            write=self.written(fields.need("write")),
            on=fields.need("on").integer(0),
            off=fields.need("off").integer(0),
            limit_again=fields.take("limit_again", Field.truth, default=False),
        )
        fields.end()
        return pause

    def watchdog(self, field: Field) -> Watchdog:
        fields = field.fields()
        kind = fields.need("kind").word(WatchdogKind)
        value = fields.get("value")
        watchdog = Watchdog(
            kind=kind,
            timeout_s=fields.take("timeout", lambda item: item.number(1, _MOST_TIME_S), None),
            timeout=fields.take("timeout_register", self.one_number, None),
            heartbeat=fields.take("heartbeat", self.written, None),
            value=1 if value is None else None if value.raw() == "timeout" else value.integer(0),
            renew_after_s=fields.take("renew_after", lambda item: item.number(1, _MOST_TIME_S), None),
        )
        fields.end()
        if (kind is WatchdogKind.HEARTBEAT) is (watchdog.heartbeat is None):
            raise field.wrong("A heartbeat register goes with the watchdog of kind heartbeat, and with no other.")
        if watchdog.value is None and watchdog.timeout is None:
            raise field.wrong("The heartbeat is to be the timeout, and no timeout_register says it.")
        if kind is WatchdogKind.RESEND and watchdog.renew_after_s is None and watchdog.timeout is None:
            raise field.wrong("A watchdog of kind resend needs renew_after, or a timeout_register.")
        return watchdog

    def failsafe(self, field: Field) -> Failsafe:
        fields = field.fields()
        read = fields.take("read", self.one_number, None)
        failsafe = Failsafe(
            write=fields.take("write", self._read_and_written if read is None else self.written, None),
            read=read,
            timeout=fields.take("timeout_register", self.written, None),
            timeout_s=fields.take("timeout", lambda item: item.number(1, _MOST_TIME_S), _DEFAULT_FAILSAFE_TIMEOUT_S),
            pause=fields.take("pause", lambda item: item.integer(0), None),
            arm=fields.take("arm", self._read_and_written, None),
            in_w=fields.take("unit", _is_in_w, default=False),
            certain=fields.take("certain", Field.truth, default=True),
        )
        fields.end()
        return failsafe

    def _read_and_written(self, field: Field) -> str:
        """A register that is written only where something else stands in it: a memory may wear out."""
        self.name(field)
        return self.written(field)

    def phases(self, field: Field) -> Phases:
        fields = field.fields()
        write, one = self.written(fields.need("write")), fields.need("one").integer(0)
        phases = Phases(
            write=write,
            one=one,
            three=fields.need("three").integer(0),
            read=fields.take("read", self.one_number, None),
            read_one=fields.take("read_one", lambda item: item.integer(0), one),
            when=fields.take("when", self.tests, ()),
            while_paused=fields.take("while_paused", Field.truth, default=False),
        )
        fields.end()
        return phases

    def setting(self, field: Field) -> Setting:
        fields = field.fields()
        setting = Setting(
            write=self._read_and_written(fields.need("write")),
            value=fields.need("value").integer(0),
            when=fields.take("when", self.tests, ()),
        )
        fields.end()
        return setting

    def identity(self, field: Field) -> Identity:
        fields = field.fields()
        identity = Identity(
            needs=self.tests(fields.need("needs")),
            unfit=fields.take("else", lambda item: item.word(Unfit), Unfit.WRONG_DEVICE),
        )
        fields.end()
        return identity

    def info(self, field: Field) -> Info:
        fields = field.fields()
        info = Info(
            manufacturer=fields.need("manufacturer").text(),
            model=fields.take("model", Field.text, ""),
            model_register=fields.take("model_register", self.name, None),
            firmware=fields.take("firmware", self.name, None),
        )
        fields.end()
        return info


def _register(field: Field, *, little: bool) -> Register:
    fields = field.fields()
    kind = fields.take("kind", partial(Field.word, words=Kind), Kind.HOLDING)
    type_ = _type(fields, kind)
    size = _size(fields, type_)
    address = fields.need("address").integer(0, MOST_ADDRESS)
    register = Register(
        name=field.name,
        address=address,
        kind=kind,
        type=type_,
        size=size,
        count=fields.take("count", lambda item: item.integer(1, _PHASES), 1),
        stride=fields.take("stride", lambda item: item.integer(size, _MOST_SIZE), size),
        scale=fields.take("scale", _scale, 1.0),
        little=fields.take("word_order", _is_little, little),
        invalid=fields.take("invalid", lambda item: frozenset(each.number() for each in item.items()), frozenset()),
        function=fields.take("function", _function, _default_function(kind, size)),
        write_only=fields.take("write_only", Field.truth, default=False),
        optional=fields.take("optional", Field.truth, default=False),
    )
    fields.end()
    last = register.spans[-1][0] + size - 1
    if last > MOST_ADDRESS:
        raise field.wrong(f"{register.name} would end at {last}, and the last address is {MOST_ADDRESS}.")
    if (register.function == WRITE_COIL) is not (kind is Kind.COIL):
        raise field.wrong("Function 5 writes coils, and 6 and 16 write registers.")
    return register


def _type(fields: Fields, kind: Kind) -> Type:
    if kind.bits:
        return fields.take("type", partial(Field.word, words=Type), Type.BIT)
    field = fields.need("type")
    type_ = field.word(Type)
    if type_ is Type.BIT:
        raise field.wrong("Bits are of kind coil or discrete.")
    return type_


def _size(fields: Fields, type_: Type) -> int:
    length = fields.get("length")
    if type_ in SIZES:
        if length is not None:
            raise length.wrong(f"length is for texts, and {type_} is none.")
        return SIZES[type_]
    return fields.need("length").integer(1, _MOST_SIZE)


def _default_function(kind: Kind, size: int) -> int:
    if kind is Kind.COIL:
        return WRITE_COIL
    return WRITE_ONE if size == 1 else WRITE_SEVERAL


def _function(field: Field) -> int:
    function = field.integer()
    if function not in {WRITE_COIL, WRITE_ONE, WRITE_SEVERAL}:
        raise field.wrong("function has to be 5, 6 or 16.")
    return function


def _scale(field: Field) -> float:
    scale = field.number()
    if scale <= 0:
        raise field.wrong("scale has to be more than 0.")
    return scale


def _is_in_w(field: Field) -> bool:
    unit = field.text()
    if unit not in {"A", "W"}:
        raise field.wrong(f"unit has to be A or W, and not {unit!r}.")
    return unit == "W"


def _is_little(field: Field) -> bool:
    order = field.text()
    if order not in {"big", "little"}:
        raise field.wrong(f"word_order has to be big or little, and not {order!r}.")
    return order == "little"


def _test(field: Field) -> Test:
    test = Test(register=field.name)
    if not field.has_fields:
        return replace(test, one_of=_raws(field))
    fields = field.fields()
    test = Test(
        register=field.name,
        mask=fields.take("mask", lambda item: item.integer(1), None),
        one_of=fields.take("is", _raws, None),
        none_of=fields.take("not", _raws, ()),
        least=fields.take("from", Field.number, None),
        most=fields.take("to", Field.number, None),
        begins=fields.take("begins", lambda item: texts(item.items()), None),
    )
    fields.end()
    if test == Test(register=field.name, mask=test.mask):
        raise field.wrong(f"Nothing is asked of {field.name}.")
    return test


def _raws(field: Field) -> tuple[Raw, ...]:
    return tuple(item.raw() for item in field.items())


def _notes(field: Field) -> Mapping[str, str]:
    fields = field.fields()
    read: Callable[[Field], str] = Field.text
    notes = {name: fields.take(name, read, "") for name in _NOTES}
    fields.end()
    return {name: text for name, text in notes.items() if text}
