"""Look for code of submissions that were judged before.

line = "Side channels: what copy-on-write left"
held = ["failed: nothing"]
loose = ["failed: found*"]
"""

import gc
import types


def attack(x):
    found = [
        thing.__code__.co_filename
        for thing in gc.get_objects()
        if isinstance(thing, types.FunctionType)
        and thing.__code__.co_name == "attack"
        and thing.__globals__ is not globals()
    ]
    return f"found {found}" if found else "nothing"
