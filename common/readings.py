"""Approving what one read: an approval is bound to the words that were on the screen.

The page makes a `Reading` of the words it shows; its form carries it, signed, in the hidden field
`read`. The action makes the reading again under its locks, and refuses if it is another: no text
is approved that the approver has not seen, whatever has changed it (the row itself, a legal basis,
a standard text, an address, a setting).

    class ApproveForm(ReadMixin, forms.Form): ...

    form = ApproveForm(posted(request), reading=vedtak_reading(vedtak, by=request.user, at=at))

    @approval
    @transaction.atomic
    def approve_vedtak(*, vedtak, by, at, read: str | None = None):
        vedtak = _lock_vedtak(vedtak)
        check_read(vedtak_reading(vedtak, by=by, at=at), read)

The page is then shown again as it is now, with what differs, by whom and when, with what the user
typed and the new reading in the form.

`read` is None only where there is no page: in imports, demo data and tests. A view always passes
what was sent, and "" (nothing was sent) is refused.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.core import signing
from django.db import models
from django.utils.translation import gettext as _

from . import changes
from .corrections import revision
from .errors import RuleBroken
from .formatting import nbtime

FIELD = "read"
SALT = "varig.reading"

# Every action that approves or signs, by its name in Python (see `approval`).
APPROVALS: dict[str, Callable[..., Any]] = {}


def approval(action: Callable[..., Any]) -> Callable[..., Any]:
    """Mark an action that approves, signs or answers what another has written."""
    if FIELD not in inspect.signature(action).parameters:
        raise TypeError(f"{action.__name__} approves, but does not take what was read")
    APPROVALS[f"{action.__module__}.{action.__name__}"] = action
    return action


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page shows of one row, to one user, at one time.

    `parts` are the words by heading, `sources` the history rows of all they are made from.
    `fixed` are words that are the same for everyone, and not shown when they change. `also` are
    words shown beside, which count only if the action names them too (one of many to choose from).
    """

    row: models.Model
    by: models.Model
    at: datetime
    parts: Mapping[str, str]
    sources: Sequence[models.QuerySet] = ()
    fixed: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    revision: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "revision", revision(self.row))

    @property
    def key(self) -> str:
        return f"{self.row._meta.label_lower}.{self.row.pk}.{self.by.pk}"

    @property
    def checksum(self) -> str:
        """SHA-256 of the words, as hexadecimal digits."""
        words = json.dumps([list(self.parts.items()), self.fixed])
        return hashlib.sha256(words.encode()).hexdigest()

    def signed(self) -> str:
        """What the form carries. Signed, so that nobody can approve words that were never shown."""
        return signing.dumps(
            {
                "key": self.key,
                "revision": self.revision,
                "checksum": self.checksum,
                "at": self.at.isoformat(),
                "parts": dict(self.parts),
                "also": dict(self.also),
            },
            salt=SALT,
            compress=True,
        )


class NotRead(RuleBroken):
    """The form carries no reading of this row by this user."""

    field = FIELD

    def __init__(self) -> None:
        super().__init__(
            _("Les det som står her nå, og send igjen. Siden du sendte fra, gjelder ikke lenger.")
        )


class ChangedSinceRead(RuleBroken):
    """The words are others than those that were read. `told` says by whom and when."""

    field = FIELD

    def __init__(self, now: Reading, seen: dict[str, Any]) -> None:
        opened = datetime.fromisoformat(seen["at"])
        also = {heading: seen["also"].get(heading, "") for heading in now.also}
        self.changes = changes.between(seen["parts"] | also, {**now.parts, **now.also})
        rows = [
            row
            for source in now.sources
            for row in source.filter(history_date__gte=opened)
            .select_related("history_user")
            .order_by("-history_id")[:1]
        ]
        self.told = changes.told(sorted(rows, key=lambda row: row.history_date, reverse=True))
        super().__init__(
            _(
                "Dette er endret etter at du åpnet siden %(clock)s, og ingenting er godkjent eller "
                "sendt. Les det som er nytt, og send igjen hvis det fortsatt stemmer."
            )
            % {"clock": nbtime(opened)}
        )


def check_read(now: Reading, read: str | None) -> None:
    """Raise `ChangedSinceRead` or `NotRead` unless `read` is what stands now."""
    if read is None:
        return
    try:
        seen = signing.loads(read, salt=SALT)
    except signing.BadSignature:
        raise NotRead from None
    if seen["key"] != now.key:
        raise NotRead
    same = (seen["revision"], seen["checksum"]) == (now.revision, now.checksum)
    if not same or any(seen["also"].get(heading) != text for heading, text in now.also.items()):
        raise ChangedSinceRead(now, seen)


class ReadMixin:
    """Gives a form the hidden `read` of what its page shows. The first base.

    `cleaned_data["read"]` is what was sent, "" for nothing.
    """

    def __init__(self, *args: Any, reading: Reading, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading = reading
        self.fields[FIELD] = forms.CharField(
            # Without an id: a page may have several such forms.
            required=False,
            widget=forms.HiddenInput({"id": False}),
            initial=reading.signed,
        )

    def add_error(self, field: str | None, error: Any) -> None:
        if field == FIELD:
            # Told of the change, the user may send the form again.
            self.data = self.data.copy()
            self.data[self.add_prefix(FIELD)] = self.reading.signed()
            field = None
        super().add_error(field, error)


def sent(request: Any) -> str:
    """The reading sent with a form without a form class; "" for nothing."""
    return request.POST.get(FIELD, "")
