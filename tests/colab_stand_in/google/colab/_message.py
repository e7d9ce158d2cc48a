"""Colab's requests to the page that shows a notebook, with a script in the page's place.

As in Colab: a request has a type and a payload, its reply comes within `timeout_sec` or is None, and a reply that says
`error` is raised. `SCRIPT` is what the page does: the reply, `"late"` for none in time, or an exception.
"""

import json
import time

SCRIPT: object = None
ASKED: list[tuple[str, object, object]] = []


class MessageError(Exception):
    """The page answered that it can't."""


def blocking_request(request_type, request="", timeout_sec=5, parent=None):
    """Send a request and wait for its reply."""
    ASKED.append((request_type, request, timeout_sec))
    if SCRIPT == "late":
        time.sleep(timeout_sec)
        return None
    reply = json.loads(json.dumps(SCRIPT))  # it comes as text
    if isinstance(reply, dict) and "error" in reply:
        raise MessageError(reply["error"])
    return reply
