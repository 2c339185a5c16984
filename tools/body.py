"""The body of an HTTP response from a server that may never stop, or send a little that becomes a lot."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2


def bounded(response: httpx2.Response, most: int) -> None:
    """Let reading the response fail beyond so many bytes. Raises `DecodingError` when it is compressed.

    We ask for plain bytes; a few compressed ones could fill our memory before anybody has counted them.
    """
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        raise httpx2.DecodingError(f"the answer is compressed ({encoding}), which was not asked for")
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream, most)


@dataclass(frozen=True)
class _Bounded(httpx2.AsyncByteStream):
    inner: httpx2.AsyncByteStream
    most: int

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self.most
        async for chunk in self.inner:
            left -= len(chunk)
            if left < 0:
                raise httpx2.ReadError(f"the answer is longer than {self.most // 2**20} MiB")
            yield chunk

    async def aclose(self) -> None:
        await self.inner.aclose()
