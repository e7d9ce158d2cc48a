"""A file that lies in a folder or an archive and may be the submission."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.errors import BadInputError
from grader.i18n import _

PYTHON, NOTEBOOK = ".py", ".ipynb"
ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
OTHER_ARCHIVES = (".rar", ".7z", ".egg", ".alz", ".tar.bz2", ".tar.xz")
MAX_ENTRIES = 10_000
_MAX_DEPTH = 8
# What tools leave behind, or what others wrote.
_NOT_THEIRS = frozenset({"__MACOSX", "__pycache__", "node_modules", "site-packages", "venv", "env"})


@dataclass(frozen=True)
class Candidate:
    """One candidate: its name below what was handed in, what an error calls it, and how to get its bytes."""

    name: str
    where: str
    load: Callable[[], bytes]


def kind(name: str) -> str:
    """`.py`, `.ipynb`, or the ending of an archive; nothing for every other file."""
    base = name.rpartition("/")[2].lower()
    endings = (PYTHON, NOTEBOOK, *ARCHIVES, *OTHER_ARCHIVES)
    return next((ending for ending in endings if base.endswith(ending) and base != ending), "")


def stem(name: str) -> str:
    """The name without folder and ending: `kim` of `week1/kim.tar.gz`."""
    base = name.rpartition("/")[2]
    return base[: len(base) - len(kind(base))] or base


def is_candidate(name: str) -> bool:
    """A file that a member may have written as the answer."""
    *folders, base = name.split("/")
    if kind(base) not in (PYTHON, NOTEBOOK) or base.startswith(".") or len(folders) > _MAX_DEPTH:
        return False
    if any(is_foreign(folder) for folder in folders):
        return False
    return not (base.startswith("test_") or base.endswith("_test.py") or base in _HELPERS)


_HELPERS = frozenset({"conftest.py", "setup.py", "__init__.py", "noxfile.py", "misconceptions.py"})


def is_foreign(folder: str) -> bool:
    """A folder in which nothing is the member's own work."""
    return folder.startswith(".") or folder in _NOT_THEIRS


def too_many(where: str) -> BadInputError:
    """The refusal of a folder or archive by the number of its entries."""
    return BadInputError(
        _("There are more than {limit} files in it.").format(limit=MAX_ENTRIES),
        where=where,
        hint=_("Hand in the notebook alone."),
    )
