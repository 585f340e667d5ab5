"""A loopback TCP proxy that behaves as a bad network does: it delays, stalls and cuts."""

import asyncio
from contextlib import suppress


class BadNetwork:
    """Forwards connections from `port` to a target; `delay_s` holds back each piece, `stalled` all of them."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self.delay_s = 0.0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()

    def stall(self) -> None:
        self._flowing.clear()

    def flow(self) -> None:
        self._flowing.set()

    def cut(self) -> None:
        """Break every connection at once, in the middle of whatever it carries."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def stall_for(self, seconds: float) -> None:
        """Carry nothing for a while, and then all of it."""
        self.stall()
        await asyncio.sleep(seconds)
        self.flow()

    async def delay_for(self, seconds: float, each_s: float) -> None:
        """Hold back every piece for a moment."""
        self.delay_s = each_s
        await asyncio.sleep(seconds)
        self.delay_s = 0.0

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(far_writer)
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        self._writers -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while piece := await reader.read(16_384):
                await self._flowing.wait()
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                writer.write(piece)
                await writer.drain()
        writer.close()
