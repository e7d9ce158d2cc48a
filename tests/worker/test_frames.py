from __future__ import annotations

import os
import threading

from grader.worker.frames import HEADER, read_frame, write_frame


def test_frames_come_as_they_were_sent() -> None:
    reading, writing = os.pipe()
    messages = [b"", b"one", bytes(3 << 20)]

    def send() -> None:
        for message in messages:
            write_frame(writing, message)
        os.close(writing)

    thread = threading.Thread(target=send)
    thread.start()
    assert [read_frame(reading) for _ in messages] == messages
    assert read_frame(reading) is None
    thread.join()
    os.close(reading)


def test_a_frame_that_breaks_off_is_no_message() -> None:
    reading, writing = os.pipe()
    os.write(writing, HEADER.pack(5) + b"abc")
    os.close(writing)
    assert not read_frame(reading)
    os.close(reading)
