"""Text from bytes, in the encodings that editors here really write; names fit to be shown; a look for IPython."""

from __future__ import annotations

import codecs
import re
import unicodedata
from contextlib import suppress
from pathlib import Path

from grader.errors import BadInputError
from grader.i18n import _

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNMARKED = ("utf-8", "cp949")  # CP949 is what older Windows editors save Korean in
# The last part is a cell that begins with an indent: a notebook takes that away.
_IPYTHON = re.compile(
    r"^[ \t]*(?:[!%?,;/]|>>>|\.\.\.|In \[|get_ipython\(\))|=[ \t]*[!%]|\?[ \t]*$|\A\s*^[ \t]", re.MULTILINE
)


def decode_text(data: bytes, where: str | Path) -> str:
    r"""The text of a file, its lines ending in `\n` alone."""
    marked = tuple(encoding for mark, encoding in _MARKS if data.startswith(mark))[:1]
    for encoding in marked or _UNMARKED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return lines(text)
    raise BadInputError(
        _("The file holds no text that can be read."),
        where=where,
        hint=_("Save it again as UTF-8, or export it from the notebook once more."),
    )


def decode_name(raw: bytes, otherwise: str) -> str:
    """The name of a file in an archive that does not say how it is encoded; `otherwise` where it can't be decoded."""
    for encoding in _UNMARKED:
        with suppress(UnicodeDecodeError):
            return shown(raw.decode(encoding))
    return shown(otherwise)


def lines(text: str) -> str:
    """`text` with the ends of lines of Windows and old Macs made those of everybody else."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def shown(name: str) -> str:
    """A file name as text: composed as people type it (macOS takes Hangul apart), and nothing that can't be encoded."""
    if name.isascii():
        return name
    return unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))


def may_have_ipython(source: str) -> bool:
    """Whether a cell may have IPython's own syntax in it; most have none and don't pay for `grader.intake.ipython`."""
    return _IPYTHON.search(source) is not None
