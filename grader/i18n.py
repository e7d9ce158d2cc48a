"""The language a person reads: gettext catalogs, chosen once per command.

Messages are written in English in the code as `_("…")` and translated by the catalogs in `grader/locale`.
An assignment brings its own catalog for the titles of its cases (`assignments/hwN/locale`).
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What people may choose, the language of the code first. A new one needs its code here, and its catalogs.
LANGUAGES = ("en", "ko")
CATALOGS = Path(__file__).parent / "locale"
_language = "en"
_catalog: gettext.NullTranslations = gettext.NullTranslations()


def use(language: str) -> None:
    """Speak `language` from now on."""
    global _language, _catalog
    _language = language
    _catalog = catalog("d2d", CATALOGS)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` for a while."""
    before = _language
    use(language)
    try:
        yield
    finally:
        use(before)


def language() -> str:
    """The language in use."""
    return _language


def from_locale() -> str:
    """The language of the environment, as gettext reads it; English where it is not one of ours."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            code = re.split(r"[^a-z]", value.lower(), maxsplit=1)[0]
            return code if code in LANGUAGES else "en"
    return "en"


def catalog(domain: str, folder: Path) -> gettext.NullTranslations:
    """The catalog `domain` below `folder` in the language in use; one that changes nothing where there is none."""
    return gettext.translation(domain, folder, languages=[_language], fallback=True)


def _(message: str) -> str:
    """`message` in the language in use."""
    return _catalog.gettext(message) if message else message


def ngettext(one: str, many: str, n: int) -> str:
    """The form of a message that `n` asks for."""
    return _catalog.ngettext(one, many, n)
