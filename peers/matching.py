"""Peers to propose to a person, each with reasons in sentences; never ranked.

The person chooses, and may change without a reason; the coordinator decides (needs P3, P7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Peer, PeerLink
from .words import listed, lowered

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Proposal:
    peer: Peer
    reasons: list[dict[str, str]]


def proposals(link: PeerLink, user: User, on: date) -> list[Proposal]:
    """Every active peer by name, each with the reasons for and against, as the user may know."""
    peers = Peer.objects.active(on).with_load(user).select_related("user", "organisation")
    return [Proposal(peer, reasons(peer, link)) for peer in peers.order_by("user__full_name", "pk")]


def reasons(peer: Peer, link: PeerLink) -> list[dict[str, str]]:
    """Sentences on capacity, language and interests; `color` as in components/reasons.html."""
    sentences = []
    if peer.places:
        text = ngettext(
            "Har plass til én deltaker til (%(load)s av %(capacity)s).",
            "Har plass til %(places)s deltakere til (%(load)s av %(capacity)s).",
            peer.places,
        ) % {"places": peer.places, "load": peer.load, "capacity": peer.capacity}
        sentences.append({"color": "success", "text": text})
    else:
        text = _("Har ikke plass nå (%(load)s av %(capacity)s).") % {
            "load": peer.load,
            "capacity": peer.capacity,
        }
        sentences.append({"color": "warning", "text": text})
    if peer.languages:
        text = _("Snakker %(languages)s.") % {
            "languages": listed([lowered(language) for language in peer.languages])
        }
        sentences.append({"color": "success", "text": text})
    if peer.interests:
        interests = [lowered(interest) for interest in peer.interests]
        shared = [interest for interest in interests if interest in link.goal.lower()]
        text = _("Liker %(interests)s.") % {"interests": listed(interests)}
        if shared:
            text = _("Liker %(interests)s. Målet nevner %(shared)s.") % {
                "interests": listed(interests),
                "shared": listed(shared),
            }
        sentences.append({"color": "success", "text": text})
    return sentences
