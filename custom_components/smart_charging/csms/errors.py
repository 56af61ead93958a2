"""What can go wrong between the csms and a station, each as one narrow error whose text a person can read."""

# ruff: noqa: N818 -- these read as what happened (`except StationOffline`), as the built-in exceptions without a suffix do

import errno
import socket
from typing import Final


class CsmsError(Exception):
    """The root of every error this package raises on purpose."""


class ListenError(CsmsError):
    """The csms cannot listen where it was told to.

    `host` and `port` are what was asked for, `reason` is the part of the sentence that says why.
    """

    _REASONS: Final = {
        errno.EADDRINUSE: "the port is already in use",
        errno.EACCES: "there is no permission to use this port; ports below 1024 are often reserved",
        errno.EADDRNOTAVAIL: "this machine has no such address",
    }

    def __init__(self, host: str, port: int, cause: OSError | OverflowError) -> None:
        self.host = host
        self.port = port
        self.reason = self._explain(cause)
        super().__init__(f"cannot listen for charging stations on {host} port {port}: {self.reason}")

    @classmethod
    def _explain(cls, cause: OSError | OverflowError) -> str:
        if isinstance(cause, socket.gaierror):
            return "this host name is not known"
        if isinstance(cause, OverflowError):
            return "a port is a number from 0 to 65535"
        # asyncio tells of an address it could not bind in a text alone.
        number = errno.EADDRNOTAVAIL if cause.errno is None else cause.errno
        return cls._REASONS.get(number, str(cause))


class StationError(CsmsError):
    """A call to a station did not do what was asked. The station may still be doing what it was told before."""


class StationOffline(StationError):
    """The station is not connected, or its connection closed before it answered."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        super().__init__(f"station {identity} is not connected")


class StationTimeout(StationError):
    """The station is connected and did not answer within `timeout_s` seconds. It may have acted all the same."""

    def __init__(self, identity: str, action: str, timeout_s: float) -> None:
        self.identity = identity
        self.action = action
        self.timeout_s = timeout_s
        super().__init__(f"station {identity} did not answer {action} within {timeout_s:g} s")


class StationBusy(StationError):
    """More calls wait for this station than it could answer in any useful time; this one was not sent."""

    def __init__(self, identity: str, waiting: int) -> None:
        self.identity = identity
        self.waiting = waiting
        super().__init__(f"station {identity} has {waiting} calls waiting already")


class NoTransaction(StationError):
    """The call needs a running transaction on this connector, and none is known."""

    def __init__(self, identity: str, connector_id: int) -> None:
        self.identity = identity
        self.connector_id = connector_id
        super().__init__(f"station {identity} has no transaction on connector {connector_id}")


class StationRejected(StationError):
    """The station answered, and its answer is no. `status` is its own word (`Rejected`, `NotSupported`, …)."""

    def __init__(self, action: str, status: str) -> None:
        self.action = action
        self.status = status
        super().__init__(f"the station answered {action} with {status}")


class CallFailed(StationError):
    """The station answered with an error (OCPP-J CALLERROR). `code` is its own word, which may be misspelt."""

    def __init__(self, action: str, code: str, description: str) -> None:
        self.action = action
        self.code = code
        self.description = description
        super().__init__(f"the station could not do {action}: {code} {description}".rstrip())


class NotOffered(StationError):
    """The station's version of OCPP has no such operation, or the station said that it lacks it."""

    def __init__(self, operation: str, version: str) -> None:
        self.operation = operation
        self.version = version
        super().__init__(f"{operation} is not part of OCPP {version}")


class TooLong(StationError):
    """The station's version of OCPP has no room for this text: `longest` characters is what it can hold."""

    def __init__(self, what: str, longest: int) -> None:
        self.what = what
        self.longest = longest
        super().__init__(f"{what} has at most {longest} characters here")
