"""Adds, changes and ends representatives; each action writes an event (need C3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from casework.log import events
from casework.log.event_kinds import CaseEvent
from common.corrections import check_seen
from common.errors import RuleBroken
from common.formatting import nbdate
from common.locking import locked

from ..models import Person, Representative
from ..models.persons import PROTECTED_ADDRESS

if TYPE_CHECKING:
    from accounts.models import User


class RepresentativeRefused(RuleBroken):
    """The representative cannot be saved like this; `field` is the form field."""


@transaction.atomic
def add_representative(
    *, person: Person, facts: Mapping[str, Any], by: User, at: datetime
) -> Representative:
    """Register a representative of the person. Raises `RepresentativeRefused`."""
    representative = Representative(person=person, **facts)
    _check(representative)
    representative._history_user = by
    representative.save()
    _record(
        representative,
        CaseEvent.REPRESENTATIVE_ADDED,
        _("%(who)s er registrert, %(period)s."),
        by,
        at,
    )
    return representative


@transaction.atomic
def change_representative(
    *,
    representative: Representative,
    facts: Mapping[str, Any],
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Representative:
    """Save the changed fields, with one event. Raises `RepresentativeRefused`, `Overwritten`."""
    # Locked, so that two users' changes are saved one after the other.
    representative = locked(Representative.objects.all(), representative.pk)
    check_seen(representative, seen)
    if all(getattr(representative, name) == value for name, value in facts.items()):
        return representative
    for name, value in facts.items():
        setattr(representative, name, value)
    _check(representative)
    representative._history_user = by
    representative.save()
    _record(
        representative,
        CaseEvent.REPRESENTATIVE_CHANGED,
        _("%(who)s er endret, %(period)s."),
        by,
        at,
    )
    return representative


@transaction.atomic
def end_representative(
    *,
    representative: Representative,
    last: date,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Representative:
    """End the representation; `last` is the first day without copies of letters."""
    # Locked, so that two users do not end it on two different days.
    representative = locked(Representative.objects.all(), representative.pk)
    if representative.period.upper is not None and representative.period.upper <= last:
        raise RepresentativeRefused(
            _("%(name)s er allerede avsluttet %(on)s.")
            % {"name": representative.name, "on": nbdate(representative.period.upper)},
            "last",
        )
    check_seen(representative, seen)
    if last <= representative.period.lower:
        raise RepresentativeRefused(
            _("Begynte %(on)s. Velg en dato etter det.")
            % {"on": nbdate(representative.period.lower)},
            "last",
        )
    representative.period = DateRange(representative.period.lower, last)
    representative._history_user = by
    representative.save(update_fields=["period"])
    _record(
        representative,
        CaseEvent.REPRESENTATIVE_ENDED,
        _("%(who)s er avsluttet, %(period)s."),
        by,
        at,
    )
    return representative


def _check(representative: Representative) -> None:
    """Refuse one whose copies of letters cannot arrive, or who is registered already."""
    address = (representative.address, representative.postcode, representative.city)
    if representative.is_protected and any(address):
        raise RepresentativeRefused(str(PROTECTED_ADDRESS), "address")
    if representative.receives_letters and not representative.letter_agreement.strip():
        if representative.is_protected:
            raise RepresentativeRefused(
                _("Skriv hvordan kopien av brev når fram uten at adressen står i den."),
                "letter_agreement",
            )
        if not all(address):
            raise RepresentativeRefused(
                _(
                    "Skriv hele adressen, eller hvordan kopien når fram. Fullmektig og verge får "
                    "kopi av alle brev."
                ),
                "address",
            )
    existing = Representative.objects.filter(
        person=representative.person_id,
        kind=representative.kind,
        name__iexact=representative.name,
        period__overlap=representative.period,
    ).exclude(pk=representative.pk)
    if existing.exists():
        raise RepresentativeRefused(
            _("%(name)s er allerede registrert som %(kind)s i perioden.")
            % {
                "name": representative.name,
                "kind": representative.get_kind_display().lower(),
            },
            "period",
        )


def _record(
    representative: Representative, kind: CaseEvent, text: str, by: User, at: datetime
) -> None:
    period = _("fra %(since)s") % {"since": nbdate(representative.period.lower)}
    if representative.period.upper:
        period = _("fra %(since)s, ikke lenger fra %(until)s") % {
            "since": nbdate(representative.period.lower),
            "until": nbdate(representative.period.upper),
        }
    # Without the name: more users read the events than the page of representatives.
    text = text % {"who": representative.get_kind_display(), "period": period}
    events.record(representative.person, kind, text, by=by, at=at, representative=representative.pk)
