"""IPython's syntax, held against IPython's own transformer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.ipython import Aside, python_of
from tests.cost import turns
from tests.courses import more_of_the_same
from tests.examples import examples

# Whole statements and whole commands: where the tokens break off, each reader recovers in its own way.
PYTHON = [
    "x = 1", "x == 1", "y = x % 3", "x %= 2", "x != y", "f(a=1, b=2)", "def f(x, y=3):\n    return x % y",
    "if x:\n    y = '%d' % 3\nelse:\n    y = \"!\"", "s = '''\n!no\n%neither\nwhat?\n'''", 's = """a\\"""\n?no\n"""',
    "z = (1\n     % 2)", "t = [\n  1,  # why?\n  !=2\n]".replace("!=", "-"), "# !comment", "a = b = 3",
    "x = y \\\n    % 3",
    "print('what?')", "k = {'a': '?'}", "def g(x: int = 3) -> str: return '!'", "u = f'{x!r}'", "v = 'it\\'s' '%s'",
    "w: str = 'a' # b?", "lam = lambda q=1: q", "", "  ", "x = -1", "x = '=' '!'",
]  # fmt: skip
COMMANDS = [
    "!ls", "!echo \"it's\"", "%matplotlib inline", "%cd /content", "!!ls", "%prun f(3)", "x = !ls", "files = %pwd",
    "?np", "np?", "np.mean??", "%cd?", "!pip install \\\n    numpy \\\n    pandas", "x = !ls \\\n  -la", "y=!echo 'a'",
    "if x:\n    !ls\n    %cd x", "a.b[0] = !ls", "%%not_first", "  %timeit g(2)".lstrip(),
]  # fmt: skip


def rest(source: str) -> list[str]:
    """The lines of Python that are left, those aside that stand where a command stood."""
    return [line for line in source.split("\n") if line.strip() not in ("", "pass")]


@settings(max_examples=examples(120, 300), deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PYTHON + COMMANDS), min_size=1, max_size=6))
def test_what_is_left_is_what_ipython_leaves(parts: list[str]) -> None:
    transformer = pytest.importorskip("IPython.core.inputtransformer2").TransformerManager()
    source = "\n".join(parts)
    expected = [line for line in rest(transformer.transform_cell(source)) if "get_ipython()" not in line]
    ours = python_of(source)
    if ours.magic:
        assert expected == []
    else:
        assert rest(ours.source) == expected


@settings(max_examples=examples(100, 200), deadline=None, derandomize=True)
@given(st.one_of(st.text(alphabet=" \n\t\\'\"()#=!%?,;/>.aI[1]:", max_size=60), st.text(max_size=60)))
def test_every_line_keeps_its_number(source: str) -> None:
    python = python_of(source)
    assert python.source.count("\n") == source.count("\n")
    assert all(1 <= each.line <= source.count("\n") + 1 for each in python.aside)


# What a hostile file may be made of, and what stands before and after it.
REPEATED = (
    *(("", part, "") for part in ("%%time\n", "%x y\n", "a=!x\n", "!x\r\n", ">>> a\n... \n", "In [1]: a\n...: b\n")),
    *(("", part, "") for part in ("  !a\n\tb\n", "  a?\n", "get_ipython().x\n", "a?b\n", ",a b\n", "%time x\n")),
    *(("!x\n", part, "") for part in ("a=", "'a", "'\"", "'''a\n", "f\"{f'{a}'}\"\n", 'f"{', "\\", "\\\n", "a\u0301")),
    *(
        ("!x\n", part, "")
        for part in ("lambda:", "@a\n", "\n", "#?\n", "([{", ")", "a==b\n", "\u0663", "a=" + " " * 25)
    ),
    *(("!x\n", part, "?") for part in ("a.b.c ", "*", "{a[0](", "[0]", "a.", "]", "(\n")),
    *(("In [1]: ", "\n....", ""), ("%%writefile a.py\n", "'\\\n", ""), ("", " ", "!x"), ("!x\n'", "\\", "")),
)
REPEATED_TEXTS = [start + part * (60_000 // len(part)) + end for start, part, end in REPEATED]


@pytest.mark.parametrize(
    ("source", "left", "aside"),
    [
        ("x = 1\n!pip install 'a\ny = 2", "x = 1\n\ny = 2", [(2, "!pip")]),
        ("if x:\n    !ls", "if x:\n    pass", [(2, "!ls")]),
        ("!git clone https://token@example.org", "", [(1, "!git")]),
        (",f a b\n;f a b\n/f 1", "\n\n", [(1, ",f"), (2, ";f"), (3, "/f")]),
        ("np.mean??\nx", "\nx", [(1, "np.mean??")]),
        ("%%time\nx = 1", "\nx = 1", [(1, "%%time")]),
        ("\n\n%%capture out\n!ls\nx = 1", "\n\n\n\nx = 1", [(3, "%%capture"), (4, "!ls")]),
        ("get_ipython().system('ls')\nx = 1", "\nx = 1", [(1, "get_ipython()")]),
        ("%load_ext grader.colab\n%d2d check hw1", "\n", []),
        (
            "if x:\n    %pip install --quiet d2d-grader\n!git clone a d2d-course\n%load_ext grader.colab",
            "if x:\n    pass\n\n",
            [],
        ),
        ("!uv pip install d2d\n!nvidia-smi\n  %reload_ext grader.colab", "\n\n  pass", [(2, "!nvidia-smi")]),
        ("%pip install x", "", [(1, "%pip")]),
        ("  x = 1\n  y = 2", "x = 1\ny = 2", []),
        ("  # indented\nx = 1", "  # indented\nx = 1", []),
        (">>> x = [\n...   1]\n", "x = [\n  1]\n", []),
        ("In [3]: x = 1\n   ...: y = 2", "x = 1\ny = 2", []),
    ],
)
def test_what_is_set_aside(source: str, left: str, aside: list[tuple[int, str]]) -> None:
    python = python_of(source)
    assert (python.source, list(python.aside)) == (left, [Aside(*each) for each in aside])


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%timeit", "%%unknown -n 3"])
def test_a_cell_for_something_else_is_emptied(magic: str) -> None:
    python = python_of(f"\n{magic}\ndef f(x):\n    return x\n")
    assert (python.source, python.magic) == ("\n" * 4, magic.split(maxsplit=1)[0])


@pytest.mark.parametrize("source", ["!{}", "x = %{}", "%%{}", "%%time\n%{}", "%{}?"])
def test_a_command_is_named_by_its_beginning(source: str) -> None:
    """A note of a megabyte would be more than a report may hold, so that nobody could read it."""
    python = python_of(source.format("a" * 2_000_000))
    assert all(len(command) <= 100 for command in (*(line.command for line in python.aside), python.magic or ""))


def test_a_cell_that_is_written_to_a_file_says_so_in_python_and_keeps_its_lines() -> None:
    python = python_of("\n%%writefile -a x.py\ndef f(x):\n    return 'x'\n")
    call = r"""get_ipython().run_cell_magic('writefile', '-a x.py', "def f(x):\n    return 'x'\n")"""
    assert (python.source, python.magic, python.writes) == (f"\n{call}\n\n\n", None, True)


def test_what_time_measures_stays() -> None:
    assert python_of("if 1:\n    %time x = 1\n%time\n").source == "if 1:\n    x = 1\n\n"


@pytest.mark.parametrize(
    "source",
    [
        "!" + "a" * 1_000_000,
        "!x\n" * 200_000,
        "a" * 1_000_000 + " ?",
        "(" * 500_000 + "?",
        "'" * 500_001 + "?",
        '"""' + '\\"' * 300_000 + "?",
        "!a\\\n" * 200_000,
        "=" * 500_000 + "!",
        "a?b" * 300_000,
        " " * 500_000 + "!",
        "?\n" + " \n" * 300_000,
        ("a" * 200 + "-?\n") * 1_000,
        ("a." * 100 + "-?\n") * 1_000,
        *REPEATED_TEXTS[::3],
        *more_of_the_same(REPEATED_TEXTS[1::3] + REPEATED_TEXTS[2::3]),
    ],
    ids=lambda source: repr(source[:9]),
)
def test_no_text_makes_it_slow(source: str) -> None:
    assert turns(lambda: python_of(source)) < 200 * len(source)
