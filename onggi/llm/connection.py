"""The client that calls are made with: OpenAI's, without retries of its own, its responses no larger than any reply."""

from collections.abc import AsyncIterator

import httpx
from openai import AsyncOpenAI

from onggi.llm.params import EndpointSettings
from onggi.llm.secret import is_loopback

LARGEST = 32 << 20
"""Bytes of a response; one that goes on is broken off."""

TO_CONNECT = 10.0
"""Seconds after which nobody is there, where a call may take as long."""


class TooLarge(Exception):
    """A response is larger than any reply."""


def client(settings: EndpointSettings, key: str, transport: httpx.AsyncBaseTransport | None = None) -> AsyncOpenAI:
    """Return a client of an endpoint; a server of this machine is asked without the proxy that is set for others.

    Parameters
    ----------
    transport
        What carries calls, in place of the network.
    """
    timeout = httpx.Timeout(settings.timeout_s, connect=min(TO_CONNECT, settings.timeout_s))
    carrier = httpx.AsyncClient(
        transport=transport,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=settings.concurrency),
        timeout=timeout,
        follow_redirects=True,
        trust_env=not is_loopback(settings.base_url),
        event_hooks={"response": [_capped]},
    )
    return AsyncOpenAI(api_key=key, base_url=settings.base_url, max_retries=0, timeout=timeout, http_client=carrier)


async def _capped(response: httpx.Response) -> None:
    """Let no more of a response be read than `LARGEST`."""
    if isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _Capped(response.stream)


class _Capped(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > LARGEST:
                raise TooLarge(f"a response of more than {LARGEST >> 20} MB")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
