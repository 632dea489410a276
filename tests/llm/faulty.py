"""A server of OpenAI's protocol on this machine that answers by a rule, and does what servers do wrong."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from onggi.llm.role import Llm

KEY = "sk-0f9a-not-to-be-found"

Body = dict[str, Any]
Make = Callable[..., Llm]
"""Makes a language model of the server, of settings of the role and of its endpoint."""


@dataclass(frozen=True)
class Answer:
    """What is sent for a call: a status and a body; or the connection is ``reset``, ``cut`` within the body, the body
    never ends (``endless``), or never begins (``silent``)."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    act: Literal["", "reset", "cut", "endless", "silent"] = ""


def said(text: str | None, **choice: Any) -> Answer:
    """Return a reply of 7 tokens in and 5 out."""
    return completion({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"} | choice)


def completion(*choices: Body) -> Answer:
    """Return a body of the protocol."""
    usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    return Answer(json.dumps({"id": "1", "object": "chat.completion", "choices": choices, "usage": usage}))


def wrong(status: int, message: str = "no", headers: Mapping[str, str] | None = None, **error: Any) -> Answer:
    """Return an error as OpenAI words it."""
    return Answer(json.dumps({"error": {"message": message} | error}), status, headers or {})


def asked(body: Body) -> str:
    """Return what a call ended with."""
    text: str = body["messages"][-1]["content"]
    return text


class Server:
    """Answers by ``rule``, which it may be given anew at any time; ``log`` holds the bodies in the order they came."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.rule: Callable[[Body], Answer] = lambda body: said(f"[{asked(body)}]")
        self.log: list[Body] = []
        self.keys: set[str] = set()
        self.under_way = self.most_under_way = 0
        self.closing = threading.Event()
        self.lock = threading.Lock()

    def then(self, *answers: Answer) -> None:
        """Give these answers first, then go on by the rule."""
        rule, left = self.rule, list(answers)

        def next_or_rule(body: Body) -> Answer:
            with self.lock:
                answer = left.pop(0) if left else None
            return answer or rule(body)

        self.rule = next_or_rule


@contextmanager
def serving(port: int = 0) -> Iterator[Server]:
    """Serve on a port of the loopback interface, a free one where none is named, within the block."""
    http = _Http(("127.0.0.1", port), _Handler)
    http.state = Server(f"http://127.0.0.1:{http.server_port}/v1")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield http.state
    finally:
        http.state.closing.set()
        http.shutdown()
        http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    state: Server

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that are gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        state = self.server.state
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with state.lock:
            state.log.append(body)
            state.keys.add(self.headers["authorization"])
            state.under_way += 1
            state.most_under_way = max(state.most_under_way, state.under_way)
        try:
            answer = state.rule(body)
        finally:
            with state.lock:
                state.under_way -= 1
        with suppress(OSError):
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        data = answer.body.encode() if isinstance(answer.body, str) else answer.body
        closing = self.server.state.closing
        if answer.act == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.rfile.close()
            self.wfile.close()
            self.connection.close()
            return
        if answer.act == "silent":
            closing.wait()
            return
        self.send_response(answer.status)
        self.send_header("content-type", "application/json")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.act == "endless":
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            while not closing.wait(0.01):
                self.wfile.write(b"1\r\n \r\n")
            return
        self.send_header("content-length", str(len(data) + (100 if answer.act == "cut" else 0)))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = self.close_connection or answer.act == "cut"
