"""A contact, a pause and an agreement as Norwegian text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from common.formatting import days_nb, nbdate

from .enums import Channel, LifeDomain, LinkState, Share
from .models import PeerLink

ONE_HOUR = 60


def ago(day: date, on: date) -> str:
    """i dag, i går, 3 dager siden."""
    n = (on - day).days
    if n <= 0:
        return _("i dag")
    if n == 1:
        return _("i går")
    return _("%(days)s siden") % {"days": days_nb(n)}


def ago_short(day: date, on: date) -> str:
    """3 d. siden; for narrow columns."""
    n = (on - day).days
    return ago(day, on) if n <= 1 else _("%(n)s d. siden") % {"n": n}


INTERVALS = {
    1: gettext_noop("hver dag"),
    7: gettext_noop("hver uke"),
    14: gettext_noop("annenhver uke"),
    30: gettext_noop("hver måned"),
}


def interval(days: int) -> str:
    """hver uke, annenhver uke, hver måned, hver 10. dag."""
    name = INTERVALS.get(days)
    return _(name) if name else _("hver %(days)s. dag") % {"days": days}


def length(minutes: int) -> str:
    """15 min, 1 time, 2 timer eller mer."""
    if minutes < ONE_HOUR:
        return _("%(n)s min") % {"n": minutes}
    if minutes == ONE_HOUR:
        return _("1 time")
    return _("2 timer eller mer")


def listed(parts: Sequence[str]) -> str:
    """bolig, nettverk og økonomi."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s og %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def lowered(label: str) -> str:
    """A label inside a sentence: møte, but SMS."""
    return label if label.isupper() else label[:1].lower() + label[1:]


def contact(
    *,
    channel: str,
    day: date,
    on: date,
    reached: bool,
    minutes: int = 0,
    domains: Sequence[str] = (),
    dated: bool = True,
) -> str:
    """A contact as one sentence: «Møte i dag, 1 time, om bolig og nettverk.» `dated=False` leaves
    out the date, when the page shows it beside the sentence.
    """
    text = str(Channel(channel).label)
    if dated:
        when = ago(day, on) if (on - day).days <= 1 else nbdate(day)
        text = f"{text} {when}"
    if not reached:
        return _("%(text)s, uten at dere fikk kontakt.") % {"text": text}
    if minutes:
        text = f"{text}, {length(minutes)}"
    if domains:
        about = listed([lowered(str(LifeDomain(domain).label)) for domain in domains])
        text = _("%(text)s, om %(about)s") % {"text": text, "about": about}
    return f"{text}."


def readers(link: PeerLink) -> str:
    """Who may read the log by the agreement (need P4), as a sentence to the person."""
    names = {
        Share.COORDINATOR: _("likepersonkoordinatoren"),
        Share.CASEWORKER: _("saksbehandleren din"),
    }
    allowed = [names[share] for share in Share if share in link.shares]
    if not allowed:
        return _("Bare likepersonen din kan lese det.")
    text = listed(allowed)
    return _("%(who)s kan lese det.") % {"who": text[:1].upper() + text[1:]}


def another_way(channel: str) -> str:
    """Another way to make contact when one failed. A failure ends nothing (need P6)."""
    ways = {
        Channel.MEETING: _("Send en hyggelig SMS, eller foreslå et annet sted å møtes."),
        Channel.ACCOMPANY: _("Ring, eller send en SMS og spør om en ny dag passer bedre."),
        Channel.PHONE: _("Send en SMS, så kan svaret komme når det passer."),
        Channel.SMS: _("Prøv å ringe på en annen tid av dagen, eller møt opp der dere pleier."),
        Channel.SOCIAL: _("Ring eller send SMS, eller møt opp der dere pleier."),
    }
    return ways.get(Channel(channel)) or _("Ta kontakt på en annen måte, for eksempel med SMS.")


def is_silenced(link: PeerLink, on: date) -> bool:
    """The person has asked for a pause, and it is not over."""
    return link.state == LinkState.PAUSED and (link.paused_until is None or link.paused_until > on)


def pause(link: PeerLink, on: date) -> str:
    """The pause of a link as text; empty when it is not paused."""
    if link.state != LinkState.PAUSED:
        return ""
    if link.paused_until is None:
        return _("Pause, til deltakeren sier fra")
    if link.paused_until > on:
        return _("Pause til %(day)s") % {"day": nbdate(link.paused_until)}
    return _("Pausen var til %(day)s. Spør om dere skal begynne igjen.") % {
        "day": nbdate(link.paused_until)
    }
