"""The link to a peer ends when the person has died. The log stays as it is."""

from __future__ import annotations

from casework.persons.actions.deaths import Aftermath
from common.calendar import local_date

from .enums import LinkState
from .models import PeerLink
from .processes import PEER_LINK


def end_links(aftermath: Aftermath) -> None:
    links = PeerLink.objects.select_for_update(of=("self",), no_key=True).open()
    for link in links.filter(person=aftermath.person).order_by("pk"):
        if PEER_LINK.may(link, LinkState.ENDED):
            ended_on = local_date(aftermath.at)
            aftermath.move(PEER_LINK, link, LinkState.ENDED, ended_on=ended_on, paused_until=None)
        else:
            aftermath.move(PEER_LINK, link, LinkState.NOT_WANTED)
