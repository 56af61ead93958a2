"""The addresses at which chargers send and fetch files, and people download what came."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import BinaryIO, Final

from aiohttp import BodyPartReader, hdrs
from aiohttp.web import FileResponse, Request, Response, StreamResponse
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .file_exchange import PATH, FileExchange, Upload, async_exchange
from .kept_files import KeptFile

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one file; the largest diagnostics that were heard of are a tenth of it."""

UPLOAD_S: Final = 600.0
"""One file has to be here by then, s."""

_CHUNK_BYTES: Final = 64 * 1024

LOG_PATH: Final = f"/api/{DOMAIN}/log"


@callback
def async_register_views(hass: HomeAssistant) -> None:
    """Serve those addresses."""
    hass.http.register_view(FileView)
    hass.http.register_view(LogView)


class _TooLarge(Exception):  # noqa: N818 -- it is the file that is
    """More than anybody has to say."""


class FileView(HomeAssistantView):
    """One file of one charger: sent to us, or fetched from us. Its address is all that protects it."""

    url = f"{PATH}/{{token}}"
    extra_urls = [f"{PATH}/{{token}}/{{name:.*}}"]  # noqa: RUF012 -- the base class has it so
    name = f"api:{DOMAIN}:file"
    requires_auth = False

    async def get(self, request: Request, token: str, name: str = "") -> StreamResponse:
        """Give what is offered there, or a part of it; likewise only tell of it."""
        del name
        path = async_exchange(request.app[KEY_HASS]).offered(token)
        if path is None:
            return Response(status=HTTPStatus.NOT_FOUND)
        return FileResponse(path, headers={hdrs.CONTENT_TYPE: "application/octet-stream"})

    head = get

    async def put(self, request: Request, token: str, name: str = "") -> StreamResponse:
        """Take what was asked for."""
        exchange = async_exchange(request.app[KEY_HASS])
        upload = exchange.uploads.get(token)
        if upload is None or upload.received.done():
            return Response(status=HTTPStatus.NOT_FOUND)
        if upload.taken:
            return Response(status=HTTPStatus.CONFLICT)
        upload.taken = True
        try:
            return Response(status=await _take(request, exchange, upload, name))
        finally:
            upload.taken = False

    post = put


async def _take(request: Request, exchange: FileExchange, upload: Upload, name: str) -> HTTPStatus:
    try:
        async with asyncio.timeout(UPLOAD_S):
            kept = await _receive(request, exchange, upload, name)
    except _TooLarge:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT
    except ValueError:
        # A form without a beginning or an end.
        return HTTPStatus.BAD_REQUEST
    if kept is None:
        return HTTPStatus.BAD_REQUEST
    if not upload.received.done():
        upload.received.set_result(kept)
    # Some chargers take nothing but 200 for a yes.
    return HTTPStatus.OK


async def _receive(request: Request, exchange: FileExchange, upload: Upload, name: str) -> KeptFile | None:
    """Write what comes to the disk; None if it is empty. Whatever goes wrong, nothing half is left."""
    run = request.app[KEY_HASS].async_add_executor_job
    logs, charger_id, token = exchange.logs, upload.charger_id, upload.token
    kept: KeptFile | None = None
    file = await run(logs.begin, charger_id, token)
    try:
        told_name, size = name, 0
        async for called, chunk in _content(request):
            told_name = called or told_name
            size += len(chunk)
            if size > MOST_BYTES:
                raise _TooLarge
            await run(file.write, chunk)
        await run(file.close)
        if size:
            kept = await run(logs.keep, charger_id, token, told_name, dt_util.utcnow())
    finally:
        if kept is None:
            await asyncio.shield(run(_abandon, exchange, upload, file))
    return kept


def _abandon(exchange: FileExchange, upload: Upload, file: BinaryIO) -> None:
    file.close()
    exchange.logs.drop(upload.charger_id, upload.token)


async def _content(request: Request) -> AsyncIterator[tuple[str, bytes]]:
    """Give the file piece by piece, each with its name: the body itself, or the first file in a form."""
    if not request.content_type.startswith("multipart/"):
        async for chunk in request.content.iter_chunked(_CHUNK_BYTES):
            yield "", chunk
        return
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.filename:
            while chunk := await part.read_chunk(_CHUNK_BYTES):
                yield part.filename, chunk
            return


class LogView(HomeAssistantView):
    """A log that a charger sent, for people who are logged in, or have a signed address."""

    url = f"{LOG_PATH}/{{charger_id}}/{{name}}"
    name = f"api:{DOMAIN}:log"

    async def get(self, request: Request, charger_id: str, name: str) -> StreamResponse:
        """Download it."""
        hass = request.app[KEY_HASS]
        path = await hass.async_add_executor_job(async_exchange(hass).logs.find, charger_id, name)
        if path is None:
            return Response(status=HTTPStatus.NOT_FOUND)
        headers = {
            hdrs.CONTENT_TYPE: "application/octet-stream",
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
        }
        return FileResponse(path, headers=headers)
