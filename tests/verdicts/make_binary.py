"""Makes the cases of `tests/corpus/intake` that no editor can write: encodings, archives.

    python tests/verdicts/make_binary.py

The bytes are the same every time; each case's `expected.toml` is written by hand and lies beside them.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

CORPUS = Path(__file__).parents[1] / "corpus" / "intake"
CODE = "# 평균 제곱 오차\nimport numpy as np\n\n\ndef mse(x, y):\n    return np.mean((x - y) ** 2)\n"
BOOK = json.dumps(
    {"cells": [{"cell_type": "code", "source": CODE}], "metadata": {}, "nbformat": 4, "nbformat_minor": 0}
)
LONG = "a" * 90 + "/" + "b" * 90


def zipped(*files: tuple[str, str], names: str = "utf-8", how: int = zipfile.ZIP_DEFLATED, flags: int = 0) -> bytes:
    """A .zip with names in this encoding, without the flag for UTF-8 where it is another one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, text in files:
            info = zipfile.ZipInfo(name, (2026, 3, 2, 0, 0, 0))
            info.compress_type = how
            archive.writestr(info, text)
    data = bytearray(buffer.getvalue())
    for name, _text in files:
        utf8, other = name.encode(), name.encode(names)
        if utf8 != other:
            assert len(other) <= len(utf8)
            raise_names(data, utf8, other)
    for at in positions(data, b"PK\x03\x04"):
        data[at + 6] |= flags
    for at in positions(data, b"PK\x01\x02"):
        data[at + 8] |= flags
    return bytes(data)


def raise_names(data: bytearray, utf8: bytes, other: bytes) -> None:
    """Put another spelling of the same length in place of a name, and take the flag for UTF-8 away."""
    padded = other.ljust(len(utf8), b"x") if not other.endswith(b".py") else pad(other, len(utf8))
    for at in positions(data, utf8):
        data[at : at + len(utf8)] = padded
    for mark, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        for at in positions(data, mark):
            data[at + offset] &= ~0x08


def pad(name: bytes, length: int) -> bytes:
    """`과제.py`, made longer before its ending."""
    return name[:-3] + b"_" * (length - len(name)) + name[-3:]


def positions(data: bytes | bytearray, mark: bytes) -> list[int]:
    found, at = [], data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found


def tarred(*files: tuple[str, str], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, text in files:
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def linked() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("hw1.py")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    return buffer.getvalue()


def device() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("hw1.py")
        info.type, info.devmajor, info.devminor = tarfile.CHRTYPE, 1, 5
        archive.addfile(info)
    return buffer.getvalue()


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


FILES = {
    "utf-8-with-a-mark/in/kim.py": CODE.encode("utf-8-sig"),
    "utf-16/in/kim.py": CODE.encode("utf-16"),
    "utf-16-big-endian/in/kim.ipynb": b"\xfe\xff" + BOOK.encode("utf-16-be"),
    "cp949/in/kim.py": CODE.replace("\n", "\r\n").encode("cp949"),
    "old-mac/in/kim.py": CODE.replace("\n", "\r").encode(),
    "binary-named-py/in/kim.py": bytes(range(256)) * 4,
    "zip/in/kim.zip": zipped(("hw1/hw1.ipynb", BOOK), ("__MACOSX/hw1/._hw1.ipynb", "x"), ("hw1/data.csv", "1,2")),
    "zip-from-windows/in/kim.zip": zipped(("hw1\\과제.py", CODE), names="cp949"),
    "zip-with-a-password/in/kim.zip": zipped(("hw1.ipynb", BOOK), flags=1),
    "zip-with-dots/in/kim.zip": zipped(("../hw1.ipynb", BOOK)),
    "zip-in-a-zip/in/kim.zip": zipped(("kim.zip", "PK"), how=zipfile.ZIP_STORED),
    "zip-cut-off/in/kim.zip": zipped(("hw1.ipynb", BOOK))[:-30],
    "zip-of-bzip2/in/kim.zip": zipped(("hw1.ipynb", BOOK), how=zipfile.ZIP_BZIP2),
    "zip-that-is-rar/in/kim.zip": b"Rar!\x1a\x07\x01\x00" + bytes(40),
    "tar-gz/in/kim.tar.gz": packed(tarred(("./hw1/hw1.py", CODE))),
    "tar-with-long-names/in/kim.tgz": packed(tarred((f"{LONG}/{'c' * 120}/hw1.py", CODE))),
    "tar-of-gnu/in/kim.tar": tarred((f"{LONG}/{'c' * 120}/hw1.py", CODE), form=tarfile.GNU_FORMAT),
    "tar-absolute/in/kim.tar": tarred(("/etc/hw1.py", CODE)),
    "tar-with-a-link/in/kim.tar": linked(),
    "tar-with-a-device/in/kim.tar": device(),
    "tar-cut-off/in/kim.tar.gz": packed(tarred(("hw1.py", CODE * 50)))[:-40],
}


def main() -> None:
    for name, data in FILES.items():
        file = CORPUS / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


if __name__ == "__main__":
    main()
