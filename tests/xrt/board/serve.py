"""The socket in the Debian tree that the driver's stand-in connects to: a thread a process."""

from __future__ import annotations

import errno
import mmap
import os
import socket
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread

import numpy as np

from board.context import Client
from board.npu import Npu
from board.wire import MAX_PACKET, SOCKET, Kind, Message, decode


class Board:
    """An NPU behind the socket of a Debian tree, until it is closed."""

    def __init__(self, npu: Npu, root: Path) -> None:
        self.npu = npu
        self._path = root / SOCKET
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._connections: list[socket.socket] = []

    def __enter__(self) -> Board:
        self._path.unlink(missing_ok=True)
        folder = os.open(self._path.parent, os.O_RDONLY)  # a socket's whole path may be too long
        self._server.bind(f"/proc/self/fd/{folder}/{self._path.name}")
        os.close(folder)
        self._path.chmod(0o666)
        self._server.listen()
        self.npu.when_lost = self._hang_up
        self.npu.start()
        Thread(target=self._accept, name="board", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)
        self._hang_up()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.npu.stop()

    def _hang_up(self) -> None:
        for connection in self._connections:
            with suppress(OSError):  # its process has gone
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._server.accept()
                self._connections.append(connection)
                Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        """Answer one process until it closes the device."""
        with suppress(OSError), connection:
            packet, fds, _, _ = socket.recv_fds(connection, MAX_PACKET, 1)
            if not packet:
                return
            hello = decode(packet)
            assert hello.kind is Kind.OPEN, hello
            self._serve_device(connection, hello, fds[0])

    def _serve_device(self, connection: socket.socket, hello: Message, fd: int) -> None:
        status = -errno.ENODEV if self.npu.lost else self.npu.faults.of_request(Kind.OPEN)
        memory = np.frombuffer(mmap.mmap(fd, 0), np.uint8)
        os.close(fd)
        answer = Message(Kind.OPEN, status=status, payload=self.npu.facts.encode())
        connection.send(answer.encode())
        client = Client(hello.a, hello.payload.rstrip(b"\0").decode(), memory)
        sending = Lock()

        def send(message: Message) -> None:
            with sending, suppress(OSError):  # the process may be gone
                connection.send(message.encode())

        try:
            while packet := connection.recv(MAX_PACKET):
                send(self.npu.answer(client, decode(packet), send))
        finally:
            self.npu.forget(client)
