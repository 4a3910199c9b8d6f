"""A sender that comes slowly."""

import socket
import threading
from contextlib import suppress


class Dripping(threading.Thread):
    """Sends a byte every now and then until it is cut off."""

    def __init__(self, line: socket.socket, head: bytes, body: bytes, *, whole_head: bool) -> None:
        super().__init__(daemon=True)
        self._line = line
        self._at_once, self._bit_by_bit = (head, body) if whole_head else (head[:20], head[20:])
        self.answer = b""

    def run(self) -> None:
        with suppress(ConnectionError):
            self._line.sendall(self._at_once)
            self._line.settimeout(0.5)
            for number in range(len(self._bit_by_bit)):
                self._line.sendall(self._bit_by_bit[number : number + 1])
                with suppress(TimeoutError):
                    self.answer += self._line.recv(1000)
                    return
