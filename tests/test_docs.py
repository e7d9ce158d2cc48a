"""What the guides say is there: commands, options, files; and both languages show the same commands."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from grader.cli.app import d2d

ROOT = Path(__file__).parents[1]
GUIDES = [ROOT / "docs" / f"guide.{language}.md" for language in ("ko", "en")]
COMMAND = re.compile(r"(?:`|\$ )d2d ([a-z][^`\n#|&;]*)")


def console(text: str) -> list[str]:
    """The commands of the blocks that show a terminal, without what is said about them."""
    blocks = re.findall(r"^ *```console\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    lines = [line.strip().partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [re.sub(r"collaborators/\S+", "collaborators/…", line) for line in lines]


def test_both_languages_show_the_same_commands() -> None:
    korean, english = (console(file.read_text("utf-8")) for file in GUIDES)
    assert korean == english
    assert len(korean) > 8


@pytest.mark.parametrize("file", [*GUIDES, ROOT / "docs" / "security.md"], ids=lambda file: file.name)
def test_every_command_and_option_exists(file: Path) -> None:
    found = COMMAND.findall(file.read_text("utf-8"))
    assert found
    for line in found:
        words = line.split()
        command: click.Command | None = d2d
        while isinstance(command, click.Group) and words:
            command = command.get_command(click.Context(command), words.pop(0))
            assert command is not None, line
        assert command is not None
        options = {name for param in command.params for name in param.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


@pytest.mark.parametrize("file", [*GUIDES, ROOT / "docs" / "security.md"], ids=lambda file: file.name)
def test_every_file_that_is_named_exists(file: Path) -> None:
    text = file.read_text("utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (file.parent / link).exists(), link
    for path in re.findall(r"`(tests/[\w/.-]+)`", text):
        assert (ROOT / path).exists(), path


def test_every_secret_and_variable_of_the_guides_is_one_of_the_workflow() -> None:
    workflow = (ROOT / ".github" / "workflows" / "grade.yml").read_text("utf-8")
    for file in GUIDES:
        text = file.read_text("utf-8")
        for name in re.findall(r"gh (?:secret|variable) set (\w+)", text):
            assert f"secrets.{name}" in workflow or f"vars.{name}" in workflow, name
