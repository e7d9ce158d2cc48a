"""A member's name is one string however it was typed, and says whether a file can be called so."""

from __future__ import annotations

import pickle
import sqlite3
import unicodedata

import click
import pytest

from grader.cli.app import d2d
from grader.member import MemberName

KIM = "김철수"


def test_names_from_macos_are_those_that_people_type() -> None:
    name = MemberName(unicodedata.normalize("NFD", KIM))
    assert name == KIM
    assert {KIM: 1}[name] == 1
    assert pickle.loads(pickle.dumps(name)) == name
    assert sqlite3.connect(":memory:").execute("SELECT ? = ?", (name, KIM)).fetchone() == (1,)


def test_what_a_file_system_does_not_tell_apart_has_one_key() -> None:
    assert MemberName("Kim").key == MemberName("kim").key != MemberName("lee").key


@pytest.mark.parametrize("name", ["kim", KIM, "kim (1)", "kim.v2", "k" * 200, "김" * 80])
def test_files_can_be_called_so(name: str) -> None:
    assert MemberName(name).flaw is None


@pytest.mark.parametrize(
    "name", ["", ".", "..", " ", ".kim", "a/b", "a\\b", "a\0b", "a\nb", "a\tb", "\u202ekim", "k" * 201, "김" * 81]
)
def test_no_file_can_be_called_so(name: str) -> None:
    assert MemberName(name).flaw


@pytest.mark.parametrize("path", ["gradebook show", "gradebook log", "override", "status", "verify"])
def test_commands_take_the_name_in_either_form(path: str) -> None:
    command: click.Command = d2d
    for name in path.split():
        assert isinstance(command, click.Group)
        child = command.get_command(click.Context(command), name)
        assert child is not None
        command = child
    (member,) = [option for option in command.params if option.name == "member"]
    assert member.type.convert(unicodedata.normalize("NFD", KIM), member, None) == KIM
