"""What the person page tells of a kobling: that there is one, and the log where it is shared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from casework.log.perms import can_read_cases
from casework.log.visibility import sees

from .enums import Share
from .models import Contact, PeerLink

if TYPE_CHECKING:
    from accounts.models import User

LATEST = 5


@dataclass(frozen=True)
class Summary:
    """`contacts` is empty unless the person shares the log with the caseworker (need P4)."""

    link: PeerLink
    shared: bool
    contacts: list[Contact] = field(default_factory=list)

    @property
    def state(self) -> str:
        return self.link.get_state_display()


def for_person(person_id: int, user: User) -> Summary | None:
    """The person's newest kobling, for who reads cases and may know of the person; else None.

    At most two queries. The caller logs the read.
    """
    if not can_read_cases(user):
        return None
    link = (
        PeerLink.objects.filter(sees(user, "person__"), person_id=person_id)
        .select_related("peer__user")
        .order_by("-reported_at", "-pk")
        .first()
    )
    if link is None:
        return None
    shared = Share.CASEWORKER in link.shares
    contacts = Contact.objects.shared_with_casework().filter(link=link)[:LATEST] if shared else []
    return Summary(link, shared, list(contacts))
