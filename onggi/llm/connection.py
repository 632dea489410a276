"""Clients that calls are made with: OpenAI's, without retries of their own, and with responses of a reply's size."""

from collections.abc import AsyncIterator, Callable

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


def clients(
    settings: EndpointSettings, key: str, transport: httpx.AsyncBaseTransport | None = None
) -> Callable[[], AsyncOpenAI]:
    """Return what makes a client of an endpoint for one call at a time.

    A client of many connections looks at each of them before and after every call, at a cost that grows with their
    square. A server of this machine is asked without the proxy that is set for others.

    Parameters
    ----------
    transport
        What carries calls, in place of the network.
    """
    direct = is_loopback(settings.base_url)
    certificates = httpx.create_ssl_context(trust_env=not direct)
    timeout = httpx.Timeout(settings.timeout_s, connect=min(TO_CONNECT, settings.timeout_s))

    def client() -> AsyncOpenAI:
        carrier = httpx.AsyncClient(
            transport=transport, verify=certificates, timeout=timeout, follow_redirects=True, trust_env=not direct,
            event_hooks={"response": [_capped]},
        )  # fmt: skip
        return AsyncOpenAI(api_key=key, base_url=settings.base_url, max_retries=0, timeout=timeout, http_client=carrier)

    return client


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
