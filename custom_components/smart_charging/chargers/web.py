"""HTTP to one charger: one request at a time, answers of a bearable size, and its failures as ours."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Container, Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import (
    ClientConnectionError,
    ClientError,
    ClientMiddlewareType,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DigestAuthMiddleware,
)
from yarl import URL

from .errors import (
    ChargerError,
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnfitError,
    ChargerUnreachableError,
    Unfit,
)

TIMEOUT_S: Final = 5.0
"""In a local network an answer takes milliseconds; some chargers take a second or two."""

_MOST_BYTES: Final = 256 * 1024

type Json = Any
"""Whatever came out of JSON; read it with `fields.py`."""


def basic_auth(user: str, secret: str) -> dict[str, str]:
    """The headers of a request by this user; none where there is no password (RFC 7617)."""
    if not secret:
        return {}
    return {"Authorization": f"Basic {b64encode(f'{user}:{secret}'.encode()).decode()}"}


def digest_auth(user: str, secret: str) -> ClientMiddlewareType | None:
    """Answer the challenges of a charger as this user; None where there is no password (RFC 7616).

    No user has a colon: whoever gives one is turned away as a stranger.
    """
    return DigestAuthMiddleware(user, secret) if secret and ":" not in user else None


class Web:
    """`base` is the address up to the path, such as "http://192.168.1.20". Credentials never appear in an error's text."""

    def __init__(
        self,
        session: ClientSession,
        base: str | URL,
        *,
        headers: Mapping[str, str] | None = None,
        login: ClientMiddlewareType | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._session = session
        self._base = URL(base)
        self._headers = dict(headers or {})
        # In place of the session's own, of which Home Assistant's are for redirects: none is followed here.
        self._middlewares = None if login is None else (login,)
        self._timeout = ClientTimeout(total=timeout_s)
        self._turn = asyncio.Lock()

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, *, fine: Container[int] = frozenset()
    ) -> Json:
        """Fetch JSON. `fine` as in `request`. Raises a `ChargerError`."""
        return parsed(await self.request("GET", path, params=params, fine=fine))

    async def post(self, path: str, body: object = None) -> Json:
        """Send JSON, and give the answer's, None where that is empty. Raises a `ChargerError`."""
        text = await self.request("POST", path, body=body)
        return parsed(text) if text.strip() else None

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        fine: Container[int] = frozenset(),
    ) -> str:
        """Give the text of the answer. `body` is sent as JSON, `form` as a form. Raises a `ChargerError`.

        `fine`: with these statuses too it says what there is to say.
        """
        async with self._turn:
            try:
                async with self._session.request(
                    method,
                    self._base.join(URL(path)) if params is None else self._base.join(URL(path)).with_query(params),
                    json=body,
                    data=form,
                    headers=self._headers | dict(headers or {}),
                    timeout=self._timeout,
                    allow_redirects=False,
                    middlewares=self._middlewares,
                ) as response:
                    return await _text(response, fine)
            except TimeoutError as error:
                raise ChargerSilentError("it does not answer in time") from error
            except ClientConnectionError as error:
                raise ChargerUnreachableError("there is no connection to it") from error
            except ClientError as error:
                raise ChargerError("its answer cannot be read") from error


async def _text(response: ClientResponse, fine: Container[int]) -> str:
    status = response.status
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise ChargerUnfitError(Unfit.KEY_REFUSED, "it does not take the password", str(status))
    if status == HTTPStatus.NOT_FOUND:
        raise ChargerUnfitError(Unfit.WRONG_DEVICE, "there is nothing of the kind at its address", str(status))
    if status >= HTTPStatus.MULTIPLE_CHOICES and status not in fine:
        raise ChargerRefusedError(f"it answers with HTTP status {status}", str(status))
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > _MOST_BYTES:
            raise ChargerError("its answer has no end")
    return data.decode("utf-8", "replace")


def parsed(text: str) -> Json:
    """Read JSON. Raises `ChargerUnfitError`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ChargerUnfitError(Unfit.WRONG_DEVICE, "its answer is not that of such a charger") from error
