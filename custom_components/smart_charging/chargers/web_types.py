"""The kinds of chargers that speak HTTP, UDP or WebSocket, by their names in the configuration."""

from collections.abc import Mapping
from typing import Final

from aiohttp import ClientMiddlewareType
from yarl import URL

from . import (
    ecb1,
    evse_wifi,
    go_e,
    keba,
    lektrico,
    nrgkick,
    openevse,
    openwb_pro,
    peblar,
    salia,
    sma_ev,
    smartevse,
    technove,
    v2c,
    warp,
    wattpilot,
)
from .keba_line import PORT as KEBA_PORT
from .keba_line import Line as KebaLine
from .network import Around, Line, Needed, NetworkType
from .wattpilot_line import Line as WattpilotLine
from .web import Web, basic_auth, digest_auth

_LAST_CURRENT_STAYS: Final = "none: the last current stays; the safe current is written when Home Assistant stops"
_AN_INCREASE_EACH_10_S: Final = "unknown: an increase at most each 10 s"
_USER: Final = frozenset({Needed.USER, Needed.SECRET})


def _web(
    line: Line,
    around: Around,
    headers: Mapping[str, str] | None = None,
    login: ClientMiddlewareType | None = None,
) -> Web:
    base = URL.build(scheme="http", host=line.host, port=line.port or 80)
    return Web(around.http, base, headers=headers, login=login)


def _web_of_user(line: Line, around: Around) -> Web:
    return _web(line, around, basic_auth(line.user, line.secret))


def _keba(line: Line, _: Around) -> keba.Keba:
    return keba.Keba(KebaLine(line.host, line.port or KEBA_PORT))


def _wattpilot(line: Line, around: Around) -> wattpilot.Wattpilot:
    url = URL.build(scheme="ws", host=line.host, port=line.port or 80, path="/ws")
    return wattpilot.Wattpilot(WattpilotLine(around.http, url, line.secret))


WEB_TYPES: Final[Mapping[str, NetworkType]] = {
    "go_e": NetworkType(
        name="go-e (HTTP API v2)",
        make=lambda line, around: go_e.GoE(_web(line, around)),
        capabilities=go_e.CAPABILITIES,
        source="goecharger/go-eCharger-API-v2 apikeys-en.md, http-en.md",
        notes={
            "setup": "Switch on *Local HTTP API v2* in the go-e app (Internet, advanced settings).",
            "failsafe": _LAST_CURRENT_STAYS,
            "wear": "none: what it is told is kept, in a memory that its maker says bears it",
        },
    ),
    "warp": NetworkType(
        name="WARP Charger (Tinkerforge, HTTP)",
        make=lambda line, around: warp.Warp(_web(line, around, login=digest_auth(line.user, line.secret))),
        capabilities=warp.CAPABILITIES,
        source="Tinkerforge/esp32-firmware; docs.warp-charger.com, API reference",
        needed=_USER,
        notes={
            "setup": "Switch on *External control* on the charger's own page (Charger, settings), where its firmware still asks "
            "for that. If that page wants a user and a password, give both. For phase switching, its energy or power manager "
            "must leave the phases to external control; on a WARP3 switch its own automatic off.",
            "failsafe": _LAST_CURRENT_STAYS,
            "pause": "0 A",
            "wear": "none known: what it is told is not kept over a restart",
        },
    ),
    "openwb_pro": NetworkType(
        name="openWB Pro",
        make=lambda line, around: openwb_pro.OpenWbPro(_web(line, around)),
        capabilities=openwb_pro.CAPABILITIES,
        source="openWB/core modules/chargepoints/openwb_pro, and its tests; evcc",
        notes={
            "setup": "It must not be steered by an openWB at the same time.",
            "failsafe": "its heartbeat is switched on: it notices when nobody asks it; after how long, and to which current "
            "it falls then, is not documented",
            "pause": "0 A",
            "wear": "none known",
        },
    ),
    "openevse": NetworkType(
        name="OpenEVSE (WiFi firmware 4)",
        make=lambda line, around: openevse.OpenEvse(_web_of_user(line, around)),
        capabilities=openevse.CAPABILITIES,
        source="OpenEVSE/openevse_esp32_firmware api.yml, models",
        needed=_USER,
        notes={
            "setup": "Set its own maximum current to what the circuit bears: it offers that whenever a car comes and nobody "
            "has told it less.",
            "failsafe": "the override ends by itself when the car is unplugged; until then the last current stays",
            "pause": "the override disables it",
            "wear": "none known: an override is not kept over a restart",
        },
    ),
    "smartevse": NetworkType(
        name="SmartEVSE-3 (REST)",
        make=lambda line, around: smartevse.SmartEvse(_web(line, around)),
        capabilities=smartevse.CAPABILITIES,
        source="SmartEVSE/SmartEVSE-3 docs/REST_API.md; evcc",
        notes={
            "setup": "It is kept in its normal mode; its load balancing must be off, or it the master. For phase switching a "
            "second contactor (C2) is needed.",
            "failsafe": _LAST_CURRENT_STAYS,
            "pause": "its mode Pause, or Off with older firmware",
            "wear": _AN_INCREASE_EACH_10_S,
        },
    ),
    "peblar": NetworkType(
        name="Peblar (REST)",
        make=lambda line, around: peblar.Peblar(_web(line, around, {"Authorization": line.secret})),
        capabilities=peblar.CAPABILITIES,
        source="frenck/python-peblar models, test fixtures",
        needed=frozenset({Needed.SECRET}),
        notes={
            "setup": "Switch on *Local REST API* on the charger's own page, for reading and writing, and copy its token. "
            "Smart charging must be set to *Default*.",
            "failsafe": _LAST_CURRENT_STAYS,
            "pause": "a limit below 6 A",
            "wear": "none known",
        },
    ),
    "nrgkick": NetworkType(
        name="NRGkick Gen2 (JSON API)",
        make=lambda line, around: nrgkick.NrgKick(_web_of_user(line, around)),
        capabilities=nrgkick.CAPABILITIES,
        source="andijakl/nrgkick-api, and its tests",
        needed=_USER,
        notes={
            "setup": "Switch on the *JSON API* in the NRGkick app, and phase switching too if it is to be used.",
            "failsafe": _LAST_CURRENT_STAYS,
            "pause": "a pause of its own",
            "wear": _AN_INCREASE_EACH_10_S,
        },
    ),
    "v2c": NetworkType(
        name="V2C Trydan",
        make=lambda line, around: v2c.Trydan(_web(line, around)),
        capabilities=v2c.CAPABILITIES,
        source="pytrydan; evcc",
        notes={
            "setup": "Nothing. Its own dynamic control is paused; with that switched off altogether it tells no power.",
            "failsafe": _LAST_CURRENT_STAYS,
            "pause": "a pause of its own",
            "wear": _AN_INCREASE_EACH_10_S,
        },
    ),
    "lektrico": NetworkType(
        name="Lektrico 1P7K, 3P22K",
        make=lambda line, around: lektrico.Lektrico(_web(line, around)),
        capabilities=lektrico.CAPABILITIES,
        source="Lektrico/lektricowifi; evcc",
        notes={
            "setup": "Nothing. Its own load balancing must not use the same dynamic limit.",
            "failsafe": _LAST_CURRENT_STAYS,
            "pause": "0 A",
            "wear": _AN_INCREASE_EACH_10_S,
        },
    ),
    "ecb1": NetworkType(
        name="Hardy Barth cPH1 (eCB1)",
        make=lambda line, around: ecb1.Ecb1(_web(line, around)),
        capabilities=ecb1.CAPABILITIES,
        source="apidoc.ecb1.de, as evcc, openWB and OpenEMS use it",
        notes={
            "setup": "Nothing. It is kept in its manual mode.",
            "failsafe": _LAST_CURRENT_STAYS,
            "pause": "a stop of its own",
            "wear": _AN_INCREASE_EACH_10_S,
        },
    ),
    "salia": NetworkType(
        name="Hardy Barth cPH2 (Salia)",
        make=lambda line, around: salia.Salia(_web_of_user(line, around)),
        capabilities=salia.CAPABILITIES,
        source="evcc; OpenEMS",
        needed=_USER,
        notes={
            "setup": "Nothing. It is kept in its manual mode.",
            "failsafe": "a heartbeat, for which it waits 30 s; to which current it falls then is not documented",
            "pause": "0 A and, where its firmware has one, a pause of its own",
            "wear": "none known",
        },
    ),
    "evse_wifi": NetworkType(
        name="EVSE-WiFi, smartWB",
        make=lambda line, around: evse_wifi.EvseWifi(_web(line, around)),
        capabilities=evse_wifi.CAPABILITIES,
        source="CurtRod/SimpleEVSE-WiFi README, main.cpp; evcc",
        notes={
            "setup": "Choose the mode *Remote* on its own page, and let it not reset its current after a charge. *Always "
            "Active* will do too, but then it does not notice when nobody asks it.",
            "failsafe": "in its mode *Remote* it pauses when nobody has asked it for 60 s, and goes on with the last current "
            "when somebody does again; in *Always Active* the last current stays",
            "pause": "0 A",
            "wear": "none known",
        },
    ),
    "sma_ev": NetworkType(
        name="SMA EV Charger",
        make=lambda line, around: sma_ev.SmaEv(_web(line, around), sma_ev.Account(user=line.user, secret=line.secret)),
        capabilities=sma_ev.CAPABILITIES,
        source="alengwenus/pysmaev; evcc",
        needed=_USER,
        notes={
            "setup": "Make a user of its own for Home Assistant (not *admin*), turn its knob to fast charging, and switch the "
            "charging lock of its app off. It goes back to fast charging by itself whenever a car is plugged in.",
            "failsafe": _LAST_CURRENT_STAYS,
            "pause": "its mode for a stop",
            "wear": "its limit is a lasting setting: an increase at most each 60 s",
        },
    ),
    "technove": NetworkType(
        name="TechnoVE",
        make=lambda line, around: technove.TechnoVe(_web(line, around)),
        capabilities=technove.CAPABILITIES,
        source="Moustachauve/pytechnove; homeassistant/components/technove",
        notes={
            "setup": "Set its smallest current here to 8 A: it has none below, and is stopped instead. It must not share "
            "its current with other stations. Its charging by itself is switched off as soon as it is paused: from then "
            "on it charges when it is told to.",
            "failsafe": _LAST_CURRENT_STAYS,
            "pause": "a stop of its own",
            "wear": _AN_INCREASE_EACH_10_S,
        },
    ),
    "wattpilot": NetworkType(
        name="Fronius Wattpilot",
        make=_wattpilot,
        capabilities=wattpilot.CAPABILITIES,
        source="joscha82/wattpilot API.md; mabunixda/wattpilot, evcc; florian-h05/wattpilot4j; "
        "Flachzange/FHEM_Modul_Fronius_Wattpilot",
        needed=frozenset({Needed.SECRET}),
        notes={
            "setup": "Its password is the one of the Solar.wattpilot app. It is kept in its standard mode.",
            "failsafe": _LAST_CURRENT_STAYS,
            "wear": _AN_INCREASE_EACH_10_S,
        },
    ),
    "keba": NetworkType(
        name="KEBA KeContact P20, P30, BMW Wallbox (UDP)",
        make=_keba,
        capabilities=keba.CAPABILITIES,
        source="KEBA, UDP Programmers Guide V2.01",
        port=KEBA_PORT,
        notes={
            "setup": "Switch on UDP inside it (DIP switch DSW1.3). UDP port 7090 of this machine must be free: Home "
            "Assistant's own KEBA integration uses it too.",
            "failsafe": "its failsafe current is set, and holds 60 s after the last command; it is not kept over a restart",
            "pause": "it is disabled",
            "wear": "none: what is told is not kept over a restart; a P20 that keeps it gets an increase each 60 s at most",
        },
    ),
}
