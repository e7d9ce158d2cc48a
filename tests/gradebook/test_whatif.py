"""Facts as they would be."""

from __future__ import annotations

import pytest

from grader.course.policy import Share, read_policy
from grader.errors import UsageError
from grader.gradebook.promotion import Facts
from grader.gradebook.whatif import changed_facts

POLICY = read_policy()
FACTS = {name: Facts(name, ("hw1",), Share(10, 14), Share(3, 3)) for name in ("kim", "lee:jung")}


def test_changes_of_one_member_add_up() -> None:
    changed = changed_facts(["kim:hw2=pass", "kim:hw1=fail", "kim:attendance=12"], FACTS, POLICY)
    assert changed == {"kim": Facts("kim", ("hw2",), Share(12, 14), Share(3, 3))}


def test_a_name_may_have_a_colon_in_it() -> None:
    assert list(changed_facts(["lee:jung:hw2=pass"], FACTS, POLICY)) == ["lee:jung"]


@pytest.mark.parametrize(
    "change", ["kim", "kim:hw2", "kim:hw2=", ":hw2=pass", "park:hw2=pass", "kim:hw2=maybe", "kim:hw9=pass",
               "kim:attendance=15", "kim:attendance=-1", "kim:discussion=x"]
)  # fmt: skip
def test_what_can_not_be(change: str) -> None:
    with pytest.raises(UsageError):
        changed_facts([change], FACTS, POLICY)
