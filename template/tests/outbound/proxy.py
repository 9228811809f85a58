"""A wire to the real Redis that a test can freeze or cut."""

import asyncio
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from tests.fixtures.shared_store import REDIS_URL


class Proxy:
    """Passes bytes on, unless it is frozen: then it takes connections and says nothing, as a hung server."""

    def __init__(self) -> None:
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._target = urlsplit(REDIS_URL)
        self.pipes = set[asyncio.Task[None]]()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self.cut()

    @property
    def url(self) -> str:
        """What REDIS_URL has to be."""
        user = self._target.netloc.rpartition("@")[0]
        host = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self._target._replace(netloc="@".join(filter(None, (user, host)))).geturl()

    async def cut(self) -> None:
        """Close every connection, as a server that restarts."""
        for pipe in self.pipes:
            pipe.cancel()
        await asyncio.gather(*self.pipes, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(self._target.hostname, self._target.port or 6379)
        for source, target in ((reader, there[1]), (there[0], writer)):
            pipe = asyncio.create_task(self._pass_on(source, target))
            self.pipes.add(pipe)
            pipe.add_done_callback(self.pipes.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self.flowing.wait()
                target.write(data)
                await target.drain()
        finally:
            target.close()
            with suppress(OSError):
                await target.wait_closed()
