"""The candidates in a .tar, which may be packed by gzip: read in memory, never unpacked to a disk.

The format is read here and not by `tarfile`, which on hostile archives has looped without end (CVE-2025-8194) and
backtracked without end (CVE-2024-6232), depending on the version of Python: names, sizes and kinds are all we need.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

from grader.files import MAX_BYTES, too_large
from grader.intake.candidate import MAX_ENTRIES, ArchiveMember, Candidate, accepted, bomb, damaged, too_many
from grader.intake.text import decode_name

MAX_UNPACKED = 256 << 20  # bytes; a .zip is unpacked file by file, the candidates alone
_CHUNK = 1 << 20
_BLOCK = 512
_MAX_NAME = 64 << 10  # bytes of a record that holds a long name
_RECORD = re.compile(rb"(\d{1,5}) path=")
_KINDS = {b"5": "folder", b"1": "link", b"2": "link", b"3": "device", b"4": "device", b"6": "device"}
# Of the formats of names that don't fit: GNU's, and the record of POSIX.
_LONG_NAME, _PAX, _OTHER_RECORDS = b"L", (b"x", b"X"), (b"g", b"K", b"V")


@dataclass(frozen=True)
class _Entry:
    """An entry, and where its bytes lie in the archive."""

    member: ArchiveMember
    start: int
    size: int

    def candidate(self, data: bytes, where: str) -> Candidate:
        name = self.member.name.removeprefix("./")
        place = f"{where}/{name}"

        def load() -> bytes:
            if self.size > MAX_BYTES:
                raise too_large(self.size, place)
            return data[self.start : self.start + self.size]

        return Candidate(name, place, load)


def candidates_of_tar(data: bytes, where: str) -> tuple[Candidate, ...]:
    """Every candidate in a .tar that lies in memory."""
    if data.startswith(b"\x1f\x8b"):
        data = _unpacked(data, where)
    if len(data) < _BLOCK:
        raise damaged(where)
    entries = list(_entries(data, where))
    chosen = accepted((entry.member for entry in entries), where)
    return tuple(entry.candidate(data, where) for entry in compress(entries, chosen))


def _unpacked(data: bytes, where: str) -> bytes:
    """What gzip packed, as far as it goes: bounded by what comes out, whatever the file says of itself."""
    result = bytearray()
    try:
        while data:
            stream = zlib.decompressobj(wbits=31)
            while data and not stream.eof:
                result += stream.decompress(data, _CHUNK)
                data = stream.unconsumed_tail
                if len(result) > MAX_UNPACKED:
                    raise bomb(where)
            if not stream.eof:
                raise damaged(where)
            data = stream.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise damaged(where) from error
    return bytes(result)


def _entries(data: bytes, where: str) -> Iterator[_Entry]:
    at, long_name, count = 0, b"", 0
    while at + _BLOCK <= len(data):
        header = data[at : at + _BLOCK]
        if not header.strip(b"\0"):
            return
        if not _sum_is_right(header):
            raise damaged(where)
        count += 1
        if count > 3 * MAX_ENTRIES:  # an entry may have two records before it
            raise too_many(where)
        size, kind, start = _number(header[124:136], where), header[156:157], at + _BLOCK
        at = start + -(-size // _BLOCK) * _BLOCK
        if start + size > len(data):
            raise damaged(where)
        if kind == _LONG_NAME and size <= _MAX_NAME:
            long_name = data[start : start + size].rstrip(b"\0")
        elif kind in _PAX and size <= _MAX_NAME:
            long_name = _path(data[start : start + size]) or long_name
        elif kind not in (_LONG_NAME, *_PAX, *_OTHER_RECORDS):
            raw, long_name = long_name or _short_name(header), b""
            name = decode_name(raw, raw.decode("utf-8", "replace"))
            what = _KINDS.get(kind, "folder" if name.endswith("/") else "file")
            yield _Entry(ArchiveMember(name, what), start, size)


def _sum_is_right(header: bytes) -> bool:
    """The header's own check sum, in which its place counts as blanks."""
    try:
        stated = int(header[148:156].split(b"\0")[0].strip() or b"-1", 8)
    except ValueError:
        return False
    return stated == sum(header) - sum(header[148:156]) + 8 * ord(" ")


def _number(field: bytes, where: str) -> int:
    """Octal digits, or for what they can't say a binary number; never a negative one."""
    try:
        value = int(field.split(b"\0")[0].strip() or b"0", 8) if field[0] < 0x80 else int.from_bytes(field[1:], "big")
    except ValueError:
        value = -1
    if value < 0 or field[0] > 0x80:  # a first byte above 0x80 is the sign of a negative number
        raise damaged(where)
    return value


def _path(records: bytes) -> bytes:
    """The path in a POSIX record, `LENGTH path=NAME`."""
    at = 0
    while record := re.compile(rb"(\d{1,5}) ").match(records, at):
        length = int(record[1])
        if length <= record.end() - at:
            return b""
        if _RECORD.match(records, at):
            return records[record.end() + len(b"path=") : at + length - 1]
        at += length
    return b""


def _short_name(header: bytes) -> bytes:
    name = header[:100].split(b"\0")[0]
    prefix = header[345:500].split(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name
