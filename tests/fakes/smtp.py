"""A mail server for tests: it takes mails over real sockets, answers as it is told, or falls silent."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

# What a friendly server says; "CONNECT" is its greeting, "BODY" its answer to the mail itself.
FRIENDLY = {
    "CONNECT": "220 sink ready",
    "EHLO": "250-sink\r\n250 AUTH PLAIN",
    "HELO": "250 sink",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 sender is fine",
    "RCPT": "250 2.1.5 recipient is fine",
    "DATA": "354 go on",
    "BODY": "250 2.0.0 taken",
    "RSET": "250 2.0.0 forgotten",
    "QUIT": "221 2.0.0 goodbye",
}


class Sink:
    """What the server was given, and how it behaves; both may be looked at and changed while it runs."""

    def __init__(self) -> None:
        self.port = 0
        # By a word of the protocol, or for a recipient by the address.
        self.answers: dict[str, str] = {}
        # At this word it says nothing more, until `go_on` is set.
        self.silent_at = ""
        self.fell_silent = threading.Event()
        self.go_on = threading.Event()
        self.connection_count = 0
        self.mails: list[EmailMessage] = []

    def answer(self, word: str, address: str = "") -> str:
        """Return what to say to `word`, in time or late."""
        if word == self.silent_at:
            self.fell_silent.set()
            self.go_on.wait(30)
        known = {**FRIENDLY, **self.answers}
        return known.get(address) or known.get(word, "502 5.5.2 unknown")


class _Session(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        self.server.sink.connection_count += 1
        try:
            self._talk(self.server.sink)
        except OSError:
            # The client hung up, or was killed.
            return

    def _talk(self, sink: Sink) -> None:
        self._say(sink.answer("CONNECT"))
        for line in self.rfile:
            command = line.decode()
            word = command.split()[0].upper()
            said = sink.answer(word, command.partition("TO:<")[2].partition(">")[0])
            self._say(said)
            if word == "DATA" and said.startswith("354"):
                self._take(sink)
            if word == "QUIT" or said.startswith("421"):
                return

    def _take(self, sink: Sink) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        said = sink.answer("BODY")
        if said.startswith("250"):
            sink.mails.append(mail)
        self._say(said)

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    sink: Sink


@contextmanager
def listening(sink: Sink) -> Iterator[Sink]:
    """Let `sink` be reached at 127.0.0.1, on the port it had before if it had one."""
    with _Server(("127.0.0.1", sink.port), _Session) as server:
        server.sink = sink
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield sink
        finally:
            sink.go_on.set()
            server.shutdown()
            thread.join()
