"""Every message has its Korean, and what says so would notice if one had not."""

from __future__ import annotations

import gettext
import importlib.util
import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest


def _load() -> ModuleType:
    # By its path: tests are no package, and the Makefile runs the same file as a script.
    spec = importlib.util.spec_from_file_location("d2d_catalogs", Path(__file__).with_name("catalogs.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


catalogs = _load()

CODE = """
def hello(n):
    print(_("Hello, {name}."))
    print(ngettext("{n} point", "{n} points", n))
    print(_("two "
            "halves"))
"""
CASES = '''
import pytest
import grader
from grader import case

@case("mse_loss", points=2, concept="value")
@pytest.mark.parametrize("reduction", ["mean"])
def test_value(student):
    """mse_loss gives the mean.

    More that only an author reads.
    """

@grader.case("mse_loss", points=2, concept="value")
def test_other(student):
    """Another case."""

def test_plain():
    """No case at all."""
'''


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """Each module is taken apart once, however many tests ask for its messages."""
    take_apart = catalogs.messages_of_code
    known = cache(lambda path, _changed, _size: tuple(take_apart(path)))
    catalogs.messages_of_code = lambda path: known(path, path.stat().st_mtime_ns, path.stat().st_size)
    yield
    catalogs.messages_of_code = take_apart


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A made-up project in which nothing is translated."""
    (tmp_path / "grader").mkdir()
    (tmp_path / "grader" / "hello.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "assignments" / "hw9").mkdir(parents=True)
    (tmp_path / "assignments" / "hw9" / "test_public.py").write_text(CASES, encoding="utf-8")
    return tmp_path


def domain(tree: Path, name: str) -> catalogs.Domain:
    return next(each for each in catalogs.domains(tree) if each.name == name)


def translate(where: catalogs.Domain, **texts: str) -> None:
    """Write translations as a person would, into the .po; the names are the first words of the messages."""
    catalog = catalogs.updated(where)
    for message in catalog:
        if message.id:
            plural = not isinstance(message.id, str)
            first = (message.id[0] if plural else message.id).split()[0].strip(",.{}")
            if first in texts:
                message.string = (texts[first],) if plural else texts[first]
    where.po.parent.mkdir(parents=True, exist_ok=True)
    where.po.write_bytes(catalogs.po_bytes(catalog))


@pytest.mark.parametrize("each", catalogs.domains(), ids=lambda each: each.name)
def test_everything_is_said_in_korean(each: catalogs.Domain) -> None:
    assert catalogs.problems(each) == []


@pytest.mark.parametrize("each", catalogs.domains(), ids=lambda each: each.name)
def test_updating_changes_nothing(each: catalogs.Domain) -> None:
    """Otherwise a contributor's commit would carry changes of somebody else's."""
    assert catalogs.po_bytes(catalogs.updated(each)) == each.po.read_bytes()


@pytest.mark.parametrize("each", catalogs.domains(), ids=lambda each: each.name)
def test_gettext_reads_what_is_compiled(each: catalogs.Domain) -> None:
    said = gettext.GNUTranslations(io.BytesIO(each.mo.read_bytes()))
    catalog = catalogs.read(each.po)
    for message in each.messages():
        if isinstance(message, str):
            assert said.gettext(message) == catalog.get(message).string
        else:
            assert (said.ngettext(*message, 1),) == catalog.get(message[0]).string
            assert said.ngettext(*message, 1) == said.ngettext(*message, 2)


def test_messages_of_code_and_of_cases(tree: Path) -> None:
    assert list(domain(tree, "d2d").messages()) == [
        "Hello, {name}.",
        "two halves",
        ("{n} point", "{n} points"),
    ]
    assert domain(tree, "hw9").messages() == {
        "Another case.": ["assignments/hw9/test_public.py"],
        "mse_loss gives the mean.": ["assignments/hw9/test_public.py"],
    }


def test_a_message_that_is_in_no_catalog_is_found(tree: Path) -> None:
    for name, count in (("d2d", 3), ("hw9", 2)):
        found = catalogs.problems(domain(tree, name))
        assert sum("not in the catalog" in line for line in found) == count
        assert any("is not what" in line for line in found)


def test_a_message_without_translation_is_found(tree: Path) -> None:
    program = domain(tree, "d2d")
    translate(program, Hello="{name} 님, 안녕하세요.", n="{n}점")
    catalogs.update(program)
    assert catalogs.problems(program) == ["d2d: 'two halves' (grader/hello.py): not translated"]
    translate(program, two="두 쪽")
    catalogs.update(program)
    assert catalogs.problems(program) == []


@pytest.mark.parametrize("korean", ["안녕하세요.", "{nam} 님, 안녕하세요.", "{name} {name:>3} 님", "{} 님"])
def test_other_placeholders_are_found(tree: Path, korean: str) -> None:
    program = domain(tree, "d2d")
    translate(program, Hello=korean, n="{n}점", two="두 쪽")
    catalogs.update(program)
    assert catalogs.problems(program) == [
        f"d2d: 'Hello, {{name}}.' (grader/hello.py): other placeholders in {korean!r}"
    ]


def test_other_placeholders_in_a_plural_are_found(tree: Path) -> None:
    program = domain(tree, "d2d")
    translate(program, Hello="{name} 님", n="점", two="두 쪽")
    catalogs.update(program)
    assert len(catalogs.problems(program)) == 1


def test_a_fuzzy_translation_is_found(tree: Path) -> None:
    cases = domain(tree, "hw9")
    translate(cases, Another="다른 테스트", mse_loss="평균을 구해요")
    text = cases.po.read_text(encoding="utf-8")
    cases.po.write_text(text.replace('msgid "Another case."', '#, fuzzy\nmsgid "Another case."'), encoding="utf-8")
    catalogs.update(cases)
    assert catalogs.problems(cases) == ["hw9: 'Another case.' (assignments/hw9/test_public.py): marked fuzzy"]


def test_a_stale_mo_is_found(tree: Path) -> None:
    cases = domain(tree, "hw9")
    translate(cases, Another="다른 테스트", mse_loss="평균을 구해요")
    catalogs.update(cases)
    assert catalogs.problems(cases) == []
    text = cases.po.read_text(encoding="utf-8")
    cases.po.write_text(text.replace("다른 테스트", "또 다른 테스트"), encoding="utf-8")
    assert catalogs.problems(cases) == ["hw9: hw9.mo is not what hw9.po compiles to"]


def test_a_message_that_is_gone_is_found_and_dropped(tree: Path) -> None:
    cases = domain(tree, "hw9")
    translate(cases, Another="다른 테스트", mse_loss="평균을 구해요")
    catalogs.update(cases)
    path = cases.folder / "test_public.py"
    path.write_text(CASES.replace("Another case.", "A third case."), encoding="utf-8")
    assert any("'Another case.': nobody says that any more" in line for line in catalogs.problems(cases))
    catalogs.update(cases)
    text = cases.po.read_text(encoding="utf-8")
    assert "Another case." not in text
    assert "평균을 구해요" in text


@pytest.mark.parametrize("call", ['_(f"Hello {name}")', '_("Hello " + name)', '_("{}".format(name))'])
def test_a_message_put_together_is_found(tree: Path, call: str) -> None:
    (tree / "grader" / "bad.py").write_text(f"print({call})\n", encoding="utf-8")
    assert any("grader/bad.py: line 1: _(" in line for line in catalogs.problems(domain(tree, "d2d")))


def test_files_tell_nothing_of_when_and_where_they_were_made(tree: Path) -> None:
    program = domain(tree, "d2d")
    catalogs.update(program)
    before = program.po.read_bytes(), program.mo.read_bytes()
    catalogs.update(program)
    assert (program.po.read_bytes(), program.mo.read_bytes()) == before
    for text in before:
        assert str(tree).encode() not in text
        assert b"Babel" not in text
        assert b"Date" not in text


def test_the_script_says_what_is_to_be_done(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up = catalogs.domains(tree)
    monkeypatch.setattr(catalogs, "domains", lambda: made_up)
    assert catalogs.main(["hw9"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("hw9: 2 messages, 2 to translate\n")
    assert "'Another case.': not translated" in said
    translate(next(each for each in made_up if each.name == "hw9"), Another="다른 테스트", mse_loss="평균을 구해요")
    assert catalogs.main(["hw9"]) == 0
    assert catalogs.main(["hw8"]) == 1
