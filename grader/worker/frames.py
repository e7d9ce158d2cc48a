"""Frames: how messages are told apart in a pipe between judge and worker."""

from __future__ import annotations

import os
import struct

HEADER = struct.Struct("<Q")  # the length of the frame that follows


def read_frame(descriptor: int) -> bytes | None:
    """The next frame; None where the other side is gone."""
    header = _read(descriptor, HEADER.size)
    return _read(descriptor, HEADER.unpack(header)[0]) if header else None


def write_frame(descriptor: int, message: bytes) -> None:
    """Send a message as one frame."""
    data = memoryview(HEADER.pack(len(message)) + message)
    while data:
        data = data[os.write(descriptor, data) :]


def _read(descriptor: int, count: int) -> bytes:
    """Exactly `count` bytes, or nothing where the other side is gone."""
    parts = bytearray()
    while len(parts) < count:
        part = os.read(descriptor, min(count - len(parts), 1 << 20))
        if not part:
            return b""
        parts += part
    return bytes(parts)
