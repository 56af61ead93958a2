import asyncio
from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.sma_ev import Account, SmaEv
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.sma_ev import SmaEvEmulator

type Pair = tuple[SmaEvEmulator, SmaEv]
ACCOUNT = Account(user="evcharger", secret="sunny")


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(SmaEvEmulator, lambda emulator, session: SmaEv(web(emulator, session), ACCOUNT)) as pair:
        yield pair


async def refused(charger: SmaEv) -> Unfit:
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    return caught.value.unfit


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C])
async def test_states(pair: Pair, state: EvState) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is state


async def test_a_lock_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.state = EvState.F
    reading = await charger.read()
    assert (reading.state, reading.fault) == (None, "it is locked")


async def test_a_wrong_password_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.password = "another"
    assert await refused(charger) is Unfit.KEY_REFUSED


async def test_a_token_that_is_over_is_renewed(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    emulator.valid = False
    await charger.write(10.9, None)
    assert (emulator.tokens, emulator.limit_a) == (2, 10)


async def test_two_who_find_it_over_at_once_get_one_token(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    emulator.valid = False
    await asyncio.gather(charger.read(), charger.write(8, None))
    assert (emulator.tokens, emulator.limit_a) == (2, 8)


async def test_one_that_is_out_of_order_says_nothing_of_the_password(pair: Pair) -> None:
    emulator, charger = pair
    emulator.broken = True
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.read()
    assert caught.value.word == "503"


@pytest.mark.parametrize("status", [404, 500])
async def test_what_fails_beside_the_token_is_told(pair: Pair, status: int) -> None:
    emulator, charger = pair
    emulator.status = status
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.read()
    assert (caught.value.word, emulator.tokens) == (str(status), 1)


async def test_one_without_a_token_is_another_device(pair: Pair) -> None:
    emulator, charger = pair
    emulator.gives_token = False
    assert await refused(charger) is Unfit.WRONG_DEVICE


async def test_measurements_have_to_be_a_list(pair: Pair) -> None:
    emulator, charger = pair
    emulator.measures = False
    assert await refused(charger) is Unfit.WRONG_DEVICE


async def test_old_firmware_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.parameters["Parameter.Nameplate.PkgRev"] = "1.2.9.R"
    assert await refused(charger) is Unfit.FIRMWARE_TOO_OLD


async def test_the_knob_has_to_be_on_fast(pair: Pair) -> None:
    emulator, charger = pair
    emulator.knob = 4950
    assert await refused(charger) is Unfit.API_OFF


async def test_what_it_does_not_measure_is_unknown(pair: Pair) -> None:
    emulator, charger = pair
    emulator.hidden = {"Measurement.GridMs.A.phsB", "Measurement.Operation.EVeh.ChaStt"}
    reading = await charger.read()
    assert (reading.state, reading.current_a) == (None, None)


@pytest.mark.parametrize("meter", ["", ".ChaSta"])
async def test_its_meter_has_two_names(pair: Pair, meter: str) -> None:
    emulator, charger = pair
    emulator.meter, emulator.current_a = meter, 10.0
    reading = await charger.read()
    assert (reading.power_w, reading.energy_kwh) == (6900, 1000)


async def test_a_pause_is_a_mode(pair: Pair) -> None:
    emulator, charger = pair
    await charger.write(0, None)
    assert emulator.parameters["Parameter.Chrg.ActChaMod"] == "4721"
    assert (await charger.read()).limit_a == 0
