"""The catalogs of messages: what is to be said in Korean, where it is said, and what is still missing.

    python tests/catalogs.py            bring every .po and .mo up to date
    python tests/catalogs.py hw1 d2d    … these alone

A new message appears in its .po without a translation; one that nobody says any more goes. Nothing in the
files depends on when, where or by which version they were made.
"""

from __future__ import annotations

import ast
import re
import string
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from grader.judge.case import info_of
from grader.judge.casefile import load_module

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "ko"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
# The whole header: dates, tools and names in it would change without any message having changed.
HEADER = (
    ("Language", LANGUAGE),
    ("Plural-Forms", "nplurals=1; plural=0;"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Transfer-Encoding", "8bit"),
)
_PERCENT = re.compile(r"%\(\w+\)[a-z]")

MessageId = str | tuple[str, ...]


class Plain(Catalog):
    """A catalog whose header is `HEADER` and nothing else."""

    mime_headers = Catalog.mime_headers.getter(lambda self: list(HEADER))


@dataclass(frozen=True)
class Domain:
    """One catalog: where its messages are said, and where its files are."""

    name: str
    root: Path
    folder: Path

    @property
    def po(self) -> Path:
        return self.folder / "locale" / LANGUAGE / "LC_MESSAGES" / f"{self.name}.po"

    @property
    def mo(self) -> Path:
        return self.po.with_suffix(".mo")

    def messages(self) -> dict[MessageId, list[str]]:
        """Each message with the files that say it, sorted."""
        program = {"**/*.py": messages_of_code, "**/*.html": messages_of_template}
        cases = {"**/test_*.py": partial(titles_of_cases, folder=self.folder)}
        found: dict[MessageId, set[str]] = {}
        for pattern, of_file in (program if self.name == "d2d" else cases).items():
            for path in sorted(self.folder.glob(pattern)):
                for message in of_file(path):
                    found.setdefault(message, set()).add(path.relative_to(self.root).as_posix())
        return {message: sorted(found[message]) for message in sorted(found, key=_key)}


def domains(root: Path = ROOT) -> list[Domain]:
    """The program's catalog and one for every assignment that has cases."""
    assignments = sorted({path.parent for path in root.glob("assignments/*/test_*.py")})
    return [Domain("d2d", root, root / "grader"), *(Domain(each.name, root, each) for each in assignments)]


def messages_of_code(path: Path) -> Iterator[MessageId]:
    """Every `_("…")` and `ngettext("…", "…", n)` of a module."""
    with path.open("rb") as source:
        for found in extract("python", source, KEYWORDS, options={"encoding": "utf-8"}):
            yield found[1]


def messages_of_template(path: Path) -> Iterator[MessageId]:
    """The same of a template of Jinja."""
    with path.open("rb") as source:
        for found in extract(babel_extract, source, KEYWORDS, options={"encoding": "utf-8"}):
            yield found[1]


def titles_of_cases(path: Path, folder: Path) -> Iterator[str]:
    """The first line of the docstring of every case in a file of the assignment in `folder`."""
    for function in vars(load_module(path, folder)).values():
        title = (getattr(function, "__doc__", None) or "").strip()
        if title and info_of(function) is not None:
            yield title.splitlines()[0].strip()


def not_literal(path: Path) -> Iterator[str]:
    """Where `_(…)` is given something put together: no catalog has that, so it would stay English."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            texts = node.args[: len(KEYWORDS[node.func.id] or (1,))]
            if any(isinstance(text, (ast.JoinedStr, ast.BinOp, ast.Call)) for text in texts):
                yield f"line {node.lineno}: {ast.unparse(node)}"


def updated(domain: Domain) -> Catalog:
    """What the .po should hold: the messages said now, each with the translation that it has."""
    old = read(domain.po)
    new = _empty(domain)
    for message, files in domain.messages().items():
        known = old.get(message[0] if isinstance(message, tuple) else message)
        kept = known if known is not None and _id(known) == message else None
        new.add(
            message,
            kept.string if kept else None,
            locations=[(file, 0) for file in files],
            flags={"fuzzy"} if kept and kept.fuzzy else (),
            user_comments=kept.user_comments if kept else (),
        )
    return new


def read(po: Path) -> Catalog:
    """The catalog in a .po file; an empty one where there is no file yet."""
    if not po.exists():
        return Plain(locale=LANGUAGE)
    with po.open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def po_bytes(catalog: Catalog) -> bytes:
    """A .po file, sorted; files without lines, or every change of code would change it."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=0, include_lineno=False, sort_output=True, ignore_obsolete=True)
    return buffer.getvalue().rstrip() + b"\n"


def mo_bytes(catalog: Catalog) -> bytes:
    """The .mo file that `catalog` compiles to; untranslated and fuzzy messages are not in it."""
    plain = Plain(locale=LANGUAGE)
    for message in catalog:
        if message.id and all(_strings(message)):  # else English is read, and not an empty line
            plain.add(message.id, message.string, flags=message.flags)
    buffer = BytesIO()
    write_mo(buffer, plain)
    return buffer.getvalue()


def update(domain: Domain) -> Catalog:
    """Write both files of `domain`."""
    catalog = updated(domain)
    domain.po.parent.mkdir(parents=True, exist_ok=True)
    domain.po.write_bytes(po_bytes(catalog))
    domain.mo.write_bytes(mo_bytes(catalog))
    return catalog


def problems(domain: Domain) -> list[str]:
    """Every message that a Korean reader would not read in Korean, and why; every file out of date."""
    catalog = read(domain.po)
    found = []
    messages = domain.messages()
    for message, files in messages.items():
        known = catalog.get(message[0] if isinstance(message, tuple) else message)
        why = "not in the catalog" if known is None or _id(known) != message else _fault(known)
        if why:
            found.append(f"{domain.name}: {message!r} ({', '.join(files)}): {why}")
    obsolete = sorted({_id(entry) for entry in catalog if entry.id} - set(messages), key=_key)
    found += [f"{domain.name}: {message!r}: nobody says that any more" for message in obsolete]
    if messages and (not domain.mo.exists() or domain.mo.read_bytes() != mo_bytes(catalog)):
        found.append(f"{domain.name}: {domain.mo.name} is not what {domain.po.name} compiles to")
    if domain.name == "d2d":
        for path in sorted(domain.folder.glob("**/*.py")):
            file = path.relative_to(domain.root).as_posix()
            found += [f"{file}: {call}: not a literal" for call in not_literal(path)]
    return found


def _fault(message: Message) -> str:
    strings = _strings(message)
    if message.fuzzy:
        return "marked fuzzy"
    if not all(strings):
        return "not translated"
    # The plural is the one with the number in it («one case», «{n} cases»), and Korean has only that form.
    english = _key(_id(message))[-1]
    differing = [text for text in strings if placeholders(text) != placeholders(english)]
    if differing:
        return f"other placeholders in {differing[0]!r}"
    return ""


def placeholders(text: str) -> frozenset[str]:
    """What will be put into `text`: `{name}` with its format, `%(name)s`."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:  # braces that are meant as braces
        parts = []
    braces = {f"{{{name}!{conversion}:{spec}}}" for _, name, spec, conversion in parts if name is not None}
    return frozenset(braces | set(_PERCENT.findall(text)))


def _empty(domain: Domain) -> Catalog:
    catalog = Plain(locale=LANGUAGE)
    catalog.header_comment = f"# What {domain.name} says in Korean; brought up to date by `make catalogs`."
    catalog.fuzzy = False
    return catalog


def _strings(message: Message) -> tuple[str, ...]:
    """What the message is in Korean, form by form; an empty text where that is not known."""
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
    return tuple(text if text and text.strip() else "" for text in forms)


def _id(message: Message) -> MessageId:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def _key(message: MessageId) -> tuple[str, ...]:
    return message if isinstance(message, tuple) else (message,)


def main(names: Iterable[str]) -> int:
    """Update the catalogs named, or all; say what is still to be translated."""
    wanted = set(names)
    chosen = [domain for domain in domains() if not wanted or domain.name in wanted]
    missing = 0
    for domain in chosen:
        catalog = update(domain)
        untranslated = [message for message in catalog if message.id and _fault(message)]
        missing += len(untranslated)
        sys.stdout.write(f"{domain.name}: {len(catalog)} messages, {len(untranslated)} to translate\n")
        sys.stdout.writelines(f"  {message.id!r}: {_fault(message)}\n" for message in untranslated)
    return 1 if missing or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
