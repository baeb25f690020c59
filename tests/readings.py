"""What a page carries of what was read, for tests that approve and sign through HTTP."""

from __future__ import annotations

import re
from html import unescape

READ = re.compile(r'<input[^>]*name="read"[^>]*value="([^"]*)"')


def sign(client, url: str, data: dict | None = None, *, page: str = "", **kwargs):
    """Open the page, and send its form with what was read on it, if the user may sign there."""
    shown = READ.search(client.get(page or url).content.decode())
    read = {"read": unescape(shown[1])} if shown else {}
    return client.post(url, {**read, **(data or {})}, **kwargs)


def read_of(page) -> dict[str, str]:
    """The hidden reading on a page, as data to send; of several they are the same."""
    found = READ.search(page.content.decode())
    assert found, "the page carries nothing of what was read"
    return {"read": unescape(found[1])}
