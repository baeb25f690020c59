"""Offers, homes held and questions to somebody who has died are ended.

A case that another in the household goes on with belongs to that person by now, and keeps them.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from casework.persons.actions.deaths import Aftermath, DeathRefused
from common.calendar import local_date
from housing.models import Unit

from .. import ranking
from ..enums import OfferState
from ..models import NeedCheck, Offer, Reservation
from ..processes import OFFER


def lock_units(aftermath: Aftermath) -> None:
    """Lock the homes offered, as everyone who changes an offer does first."""
    units = Unit.objects.select_for_update(of=("self",), no_key=True)
    offered = Offer.objects.reserving().filter(application__person=aftermath.person)
    offered |= _not_moved_in(aftermath)
    list(units.filter(pk__in=offered.values("unit")).order_by("pk").values_list("pk"))


def withdraw_offers(aftermath: Aftermath) -> None:
    on = local_date(aftermath.at)
    checks = NeedCheck.objects.select_for_update(of=("self",), no_key=True).open()
    for check in checks.filter(application__person=aftermath.person).order_by("pk"):
        aftermath.change(check, lapsed_on=on)
    # Nobody moves in on a lease that had not begun: the home is offered again, or vacant.
    for offer in _not_moved_in(aftermath).select_for_update(of=("self",), no_key=True):
        aftermath.change(offer, lease=None)
    offers = Offer.objects.select_for_update(of=("self",), no_key=True).reserving()
    for offer in offers.filter(application__person=aftermath.person).order_by("pk"):
        aftermath.move(OFFER, offer, OfferState.WITHDRAWN)


def _not_moved_in(aftermath: Aftermath) -> QuerySet[Offer]:
    return Offer.objects.filter(
        lease__stay__person=aftermath.person,
        lease__stay__period__startswith__gt=aftermath.died_on,
    ).order_by("pk")


def release_homes(aftermath: Aftermath) -> None:
    """Release the homes held. Raises `DeathRefused` when the person would go on waiting."""
    on = local_date(aftermath.at)
    held = Reservation.objects.select_for_update(of=("self",), no_key=True)
    for reservation in held.filter(
        application__person=aftermath.person, released_at__isnull=True, period__endswith__gt=on
    ).order_by("pk"):
        aftermath.change(
            reservation,
            released_at=aftermath.at,
            released_by=aftermath.by,
            release_reason=aftermath.why,
        )
    waiting = ranking.applications_waiting(on).filter(person=aftermath.person).first()
    if waiting:
        raise DeathRefused(
            _("Sak %(case)s står på ventelisten. Velg hva som skal skje med den.")
            % {"case": waiting.case_number}
        )
