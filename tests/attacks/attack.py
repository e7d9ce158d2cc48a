"""An attack of the corpus: a file with a submission in it, and what is to come of it.

The docstring of the file is a sentence (what is tried), a blank line, and TOML:

    line   the line of the catalogue that it belongs to
    held   how it ends where it is contained; patterns of «verdict» or «verdict: what the function returned»
    loose  how it ends where it is not; something outside that was touched is enough as well
    open   profiles in which it is not contained, `process-only` or `process-only/root`; nothing for: held everywhere
    maybe  profiles in which it depends on the machine, a container's capabilities for one
    slow   it ends by a limit of time, so it is left out where only speed or only layers are looked at
    torch  it needs PyTorch
    cell   an expression, whose value is the source of one more cell

`attack(x)` gets an array that no member knows and returns what it found, as text. The right answer, twice `x`, is
given by none of them: no verdict here ever brings points.
"""

from __future__ import annotations

import ast
import fnmatch
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.worker.layers.compose import LAYERS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
FAMILIES = "forging reading network exhausting bridge staying side-channels delegating kernel files".split()
PROFILES = {  # what is left out in each
    "all": (),
    "no-namespaces": ("namespaces", "root", "cgroup"),
    "process-only": tuple(name for name in LAYERS if name != "rlimits"),
}
USERS = ("root", "user")


@dataclass(frozen=True)
class Attack:
    """One file."""

    id: str
    source: str
    about: str
    line: str
    held: tuple[str, ...] = ("failed: denied*",)
    loose: tuple[str, ...] = ("failed: done*",)
    open: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    slow: bool = False
    torch: bool = False
    cell: str = ""

    @property
    def family(self) -> str:
        return self.id.partition("/")[0]

    def expected(self, profile: str, user: str) -> str:
        """What is known of this attack there: `held`, `open` or `maybe`."""
        for word, profiles in (("open", self.open), ("maybe", self.maybe)):
            if profile in profiles or f"{profile}/{user}" in profiles:
                return word
        return "held"


@dataclass(frozen=True)
class Ending:
    """What came of one attack in one run."""

    attack: str
    verdict: str
    evidence: str | None
    touched: tuple[str, ...]
    points: str
    seconds: float

    def __str__(self) -> str:
        said = self.verdict if self.evidence is None else f"{self.verdict}: {self.evidence}"
        return f"{said} [{', '.join(self.touched)}]" if self.touched else said

    def held(self, attack: Attack) -> bool:
        """Whether it was contained: nothing outside is changed, nothing was found, and it ended as it should."""
        return not self.touched and "CANARY" not in (self.evidence or "") and self._like(attack.held)

    def got_out(self, attack: Attack) -> bool:
        """Whether it visibly did what it set out to do."""
        return bool(self.touched) or self._like(attack.loose)

    def complaint(self, attack: Attack, expected: str) -> str | None:
        """What is not as it should be; None where all is."""
        if self.points != "0":
            return f"{attack.id} earned {self.points} points: {self}"
        held, out = self.held(attack), self.got_out(attack)
        if held == out:
            return f"{attack.id} ended in no way that its file names: {self}"
        if expected == "held" and not held:
            return f"{attack.id} is not contained any more: {self}"
        if expected == "open" and held:
            return f"{attack.id} is contained now, and was not: {self}"
        return None

    def _like(self, patterns: tuple[str, ...]) -> bool:
        said = self.verdict if self.evidence is None else f"{self.verdict}: {self.evidence}"
        return any(fnmatch.fnmatchcase(said, pattern) for pattern in patterns)


def read_attack(file: Path) -> Attack:
    """The attack in a file."""
    source = file.read_text("utf-8")
    about, _blank, table = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in tomllib.loads(table).items()}
    return Attack(f"{file.parent.name}/{file.stem}", source, " ".join(about.split()), **values)


ATTACKS = tuple(read_attack(file) for family in FAMILIES for file in sorted((HERE / family).glob("*.py")))
