"""The body of an HTTP response from a server that may never stop, or send a little that becomes a lot."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2

from tools.failure import WorldFailed


def bounded(response: httpx2.Response, server: str, most: int) -> None:
    """Let reading the response fail beyond so many bytes. Raises `WorldFailed` when it is compressed.

    We ask for plain bytes; a few compressed ones could fill our memory before anybody has counted them.
    """
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        message = f"its answer is compressed ({encoding}), which was not asked for"
        raise WorldFailed("server_garbage", server, message)
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream, server, most)


@dataclass(frozen=True)
class _Bounded(httpx2.AsyncByteStream):
    inner: httpx2.AsyncByteStream
    server: str
    most: int

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self.most
        async for chunk in self.inner:
            left -= len(chunk)
            if left < 0:
                message = f"its answer is longer than {self.most // 2**20} MiB"
                raise WorldFailed("server_garbage", self.server, message)
            yield chunk

    async def aclose(self) -> None:
        await self.inner.aclose()
