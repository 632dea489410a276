"""An endpoint for benchmarks: each reply after a fixed time; more calls than allowed within 60 s are refused with 429.

``python -m benchmarks.llm_server LATENCY LIMIT`` prints its port, and at the end of its input how many calls were
answered and refused.
"""

import asyncio
import json
import sys
from collections import deque
from typing import ClassVar

MINUTE = 60.0


class Endpoint(asyncio.Protocol):
    """A connection."""

    latency, limit = 0.2, 0
    begun: ClassVar[deque[float]] = deque()
    answered = refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport, self.buffer = transport, b""
        self.loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        """Answer a request as soon as it is whole; clients wait for each answer."""
        self.buffer += data
        head, end, body = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        if len(body) >= length:
            self.buffer = body[length:]
            self._answer(body[:length])

    def _answer(self, body: bytes) -> None:
        now, cls = self.loop.time(), Endpoint
        while cls.begun and cls.begun[0] <= now - MINUTE:
            cls.begun.popleft()
        if cls.limit and len(cls.begun) >= cls.limit:
            cls.refused += 1
            self._send(b"429 Too Many Requests", b"{}")
            return
        cls.answered += 1
        cls.begun.append(now)
        text = json.loads(body)["messages"][-1]["content"]
        reply = {"choices": [{"message": {"content": f"[{text}]"}, "finish_reason": "stop"}],
                 "usage": {"prompt_tokens": 20, "completion_tokens": 10}}  # fmt: skip
        self.loop.call_later(cls.latency, self._send, b"200 OK", json.dumps(reply).encode())

    def _send(self, status: bytes, body: bytes) -> None:
        head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (status, len(body))
        self.transport.write(head + body)  # type: ignore[attr-defined]


async def serve() -> None:
    """Serve until the input ends."""
    server = await asyncio.get_running_loop().create_server(Endpoint, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(Endpoint.answered, Endpoint.refused, flush=True)


if __name__ == "__main__":
    Endpoint.latency, Endpoint.limit = float(sys.argv[1]), int(sys.argv[2])
    asyncio.run(serve())
