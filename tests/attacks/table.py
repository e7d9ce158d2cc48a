"""`python tests/attacks/table.py`: runs all attacks under every profile and writes docs/attacks.md.

The last parts of that file are measured by other tests, which hold its figures; they are kept as they are.

Which layer stops an attack is found by taking layers away: one at a time; where none decides alone, two, then three.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import launch
from attack import ATTACKS, FAMILIES, PROFILES, USERS, Attack

KEPT = "\n## Borrowing\n"
TARGET = HERE.parents[1] / "docs" / "attacks.md"
HEAD = """\
# Attacks on the sandbox, and what stops them

Made by a run of `python tests/attacks/table.py`; the attacks are the files below `tests/attacks/`, and the test suite
runs all of them. Each is a submission. It is «held» where it found nothing, changed nothing outside, left nothing
behind and ended with a verdict that its file names, and «**out**» where it did what it set out to do. Neither earns a
point, under any profile.

| profile | layers |
|---|---|
{profiles}

`no-namespaces` is what systems leave that forbid user namespaces (Ubuntu by AppArmor) and hand over no control group.
`process-only` is no sandbox: it is there so that a layer that vanishes, or one that suddenly holds, is noticed. Each
was run as root and as an ordinary user; where the two differ, the cell says so. «Stopped by» was found by taking
layers away: one that decides alone; or two or three that overlap, so that it got out only without all of them («and»);
«several» where that was not enough either; «the process» where what holds is that the judge is another process, with
limits and a bridge of its own; «–» where nothing stops it.

{summary}
"""


def main() -> None:
    runs = launch.everything(USERS)
    deciding = stoppers(runs)
    for (profile, user), run in runs.items():
        if run.skipped:
            print(f"{profile}, {user}: {run.skipped}", file=sys.stderr)
    done = {key: run for key, run in runs.items() if not run.skipped}
    text = HEAD.format(profiles="\n".join(profiles(done)), summary="\n".join(summary(done)))
    for family in FAMILIES:
        rows = "\n".join(row(attack, done, deciding) for attack in ATTACKS if attack.family == family)
        columns = " | ".join(PROFILES)
        title = family.replace("-", " ").capitalize()
        text += (
            f"\n## {title}\n\n| attack | what is tried | {columns} | stopped by |\n|---|---|---|---|---|---|\n{rows}\n"
        )
    _before, kept, rest = TARGET.read_text("utf-8").partition(KEPT)
    TARGET.write_text(text + kept + rest, "utf-8")


def stoppers(runs: dict[tuple[str, str], launch.Run]) -> dict[str, str]:
    """For each attack, what has to go for it to get out."""
    who = "root" if os.geteuid() == 0 else "user"
    found = {}
    for attack in ATTACKS:
        full, bare = (runs[profile, who].endings.get(attack.id) for profile in ("all", "process-only"))
        if full and bare:
            found[attack.id] = "–" if not full.held(attack) else "the process" if bare.held(attack) else "several"
    for count in (1, 2, 3):
        open_ = [attack for attack in ATTACKS if found.get(attack.id) == "several"]
        combos = list(combinations(PROFILES["process-only"], count))
        for torch in (False, True):
            ids = ",".join(attack.id for attack in open_ if attack.torch == torch)
            if not ids:
                continue
            options = ("--only", ids, *(["--torch"] if torch else []))
            without = dict(zip(combos, launch.at_once([(who, combo, options) for combo in combos]), strict=True))
            for attack in open_:
                if attack.torch == torch:
                    deciding = [combo for combo in combos if out(without[combo], attack)]
                    found[attack.id] = ", or ".join(map(" and ".join, plain(deciding))) or "several"
    return found


def plain(deciding: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Without what follows: there is no new root without namespaces, so they are named only where it is not enough."""
    sets = [set(combo) for combo in deciding]
    return [combo for combo in deciding if "namespaces" not in combo or {"root", *combo} - {"namespaces"} not in sets]


def out(run: launch.Run, attack: Attack) -> bool:
    ending = run.endings.get(attack.id)
    return ending is not None and not ending.held(attack)


def profiles(runs: dict[tuple[str, str], launch.Run]) -> Iterator[str]:
    for profile in PROFILES:
        for user in USERS:
            if (profile, user) in runs:
                yield f"| {profile}, {user} | {', '.join(runs[profile, user].layers)} |"


def summary(runs: dict[tuple[str, str], launch.Run]) -> Iterator[str]:
    """How many are held, by family and profile."""
    yield f"| held | attacks | {' | '.join(f'{profile}, {user}' for profile, user in runs)} |"
    yield f"|---|---|{'---|' * len(runs)}"
    for family in (*FAMILIES, "all"):
        mine = [attack for attack in ATTACKS if family in (attack.family, "all")]
        counts = []
        for run in runs.values():
            tried = [attack for attack in mine if attack.id in run.endings]
            held = sum(run.endings[attack.id].held(attack) for attack in tried)
            counts.append(f"{held}" if len(tried) == len(mine) else f"{held} of {len(tried)}")
        yield f"| {family.replace('-', ' ')} | {len(mine)} | {' | '.join(counts)} |"


def row(attack: Attack, runs: dict[tuple[str, str], launch.Run], deciding: dict[str, str]) -> str:
    name = attack.id.partition("/")[2].replace("-", " ")
    cells = " | ".join(cell(attack, profile, runs) for profile in PROFILES)
    return f"| {name} | {attack.about.replace('|', '&#124;')} | {cells} | {deciding.get(attack.id, '')} |"


def cell(attack: Attack, profile: str, runs: dict[tuple[str, str], launch.Run]) -> str:
    said = {}
    for user in USERS:
        ending = runs[profile, user].endings.get(attack.id) if (profile, user) in runs else None
        if ending is not None:
            said[user] = f"held ({ending.verdict})" if ending.held(attack) else "**out**"
    words = set(said.values())
    return words.pop() if len(words) == 1 else "; ".join(f"{user}: {word}" for user, word in said.items())


if __name__ == "__main__":
    main()
