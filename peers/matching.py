"""Peers who could be proposed to a person, with reasons in sentences and in no ranked order.

The person chooses, and may change without saying why; the coordinator decides (needs P3, P7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Peer, PeerLink
from .words import listed, lowered


@dataclass(frozen=True)
class Proposal:
    peer: Peer
    reasons: list[dict[str, str]]


def proposals(link: PeerLink, on: date) -> list[Proposal]:
    """Every active peer, by name, each with what speaks for and against in one sentence."""
    peers = Peer.objects.active(on).with_load().select_related("user", "organisation")
    return [Proposal(peer, reasons(peer, link)) for peer in peers.order_by("user__full_name", "pk")]


def reasons(peer: Peer, link: PeerLink) -> list[dict[str, str]]:
    """Capacity, language and interests, each a sentence; `color` as components/reasons.html."""
    found = []
    if peer.places:
        text = ngettext(
            "Har plass til én deltaker til (%(load)s av %(capacity)s).",
            "Har plass til %(places)s deltakere til (%(load)s av %(capacity)s).",
            peer.places,
        ) % {"places": peer.places, "load": peer.load, "capacity": peer.capacity}
        found.append({"color": "success", "text": text})
    else:
        text = _("Har ikke plass nå (%(load)s av %(capacity)s).") % {
            "load": peer.load,
            "capacity": peer.capacity,
        }
        found.append({"color": "warning", "text": text})
    if peer.languages:
        text = _("Snakker %(languages)s.") % {
            "languages": listed([lowered(one) for one in peer.languages])
        }
        found.append({"color": "success", "text": text})
    if peer.interests:
        interests = [lowered(one) for one in peer.interests]
        shared = [one for one in interests if one in link.goal.lower()]
        text = _("Liker %(interests)s.") % {"interests": listed(interests)}
        if shared:
            text = _("Liker %(interests)s. Målet nevner %(shared)s.") % {
                "interests": listed(interests),
                "shared": listed(shared),
            }
        found.append({"color": "success", "text": text})
    return found
