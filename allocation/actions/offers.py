"""The offer: made from a meeting's choice, answered, and turned into a lease (need A9).

An offer is not a vedtak. Saying no has no consequence for the place on the waiting list.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext as _

from casework.applications.perms import is_disqualified
from casework.letters.letters import make_letter
from casework.letters.words import words
from casework.log import deadlines, events
from casework.log.enums import LetterKind
from casework.models import Application, Letter
from common.calendar import local_date
from common.errors import RuleBroken, explain_integrity_error
from common.formatting import kroner, nbdate, nbdate_long
from common.locking import locked
from housing.models import Unit
from stays.leases import letters as lease_letters
from stays.leases.actions import agree_lease
from stays.leases.models import Lease

from .. import minutes, ranking, vacancy
from ..enums import AllocationEvent, DeclineCode, ItemOutcome, OfferState
from ..models import AgendaItem, Consideration, Offer, Reservation
from ..processes import OFFER
from .reservations import release

if TYPE_CHECKING:
    from accounts.models import User


class OfferRefused(RuleBroken):
    """The offer, the answer or the lease cannot be registered."""


def next_to_offer(item: AgendaItem) -> Consideration | None:
    """The case to offer the home to now: the chosen one, or the reserve when the offer to the
    chosen one ended without a lease, or its case did before that. None while an offer is open, or
    when nobody is left."""
    if item.outcome != ItemOutcome.CHOSEN:
        return None
    offers = {offer.application_id: offer for offer in item.offers.all()}
    if any(not offer.is_closed for offer in offers.values()):
        return None
    candidates = item.considerations.can_be_offered().filter(Q(chosen=True) | Q(reserve=True))
    return (
        candidates.exclude(application__in=offers)
        .select_related("application__person")
        .order_by("-chosen", "-reserve", "rank")
        .first()
    )


@transaction.atomic
def make_offer(
    *,
    consideration: Consideration,
    available_from: date,
    by: User,
    at: datetime,
    viewing: str = "",
    viewing_on: date | None = None,
) -> Offer:
    """Offer the home to the chosen case or the reserve, in a letter with the answer date.

    Raises OfferRefused.
    """
    # Locks in the order of docs/adr/0006. Of two users who offer the same home, the second waits
    # here, and then sees the first user's offer.
    item = locked(AgendaItem.objects.all(), consideration.item_id)
    unit = _locked_unit(item.unit_id)
    application = _locked_application(consideration.application_id)
    _check_habile(by, application)
    _check_not_offered(unit)
    candidate = next_to_offer(item)
    if candidate is None or candidate.pk != consideration.pk:
        raise OfferRefused(_("Møtet har ikke valgt denne saken til boligen."))
    return _send(unit, application, item, available_from, viewing, viewing_on, by, at)


@transaction.atomic
def offer_reserved(
    *,
    reservation: Reservation,
    available_from: date,
    by: User,
    at: datetime,
    viewing: str = "",
    viewing_on: date | None = None,
) -> Offer:
    """Offer a reserved dwelling to the case it is reserved for (need A13). Raises OfferRefused."""
    # Locks in the order of docs/adr/0006.
    unit = _locked_unit(reservation.unit_id)
    application = _locked_application(reservation.application_id)
    _check_habile(by, application)
    _check_not_offered(unit)
    return _send(unit, application, None, available_from, viewing, viewing_on, by, at)


def _check_not_offered(unit: Unit) -> None:
    if Offer.objects.reserving().filter(unit=unit).exists():
        raise OfferRefused(_("Boligen er allerede tilbudt til noen."))


def _send(
    unit: Unit,
    application: Application,
    item: AgendaItem | None,
    available_from: date,
    viewing: str,
    viewing_on: date | None,
    by: User,
    at: datetime,
) -> Offer:
    """Make the letter and the offer, if the case waits, and the home can be given to it from the
    day."""
    on = local_date(at)
    _check_waits(application, on)
    if available_from < on:
        raise OfferRefused(
            _("Boligen kan ikke være ledig fra en dag som er gått."), "available_from"
        )
    if not vacancy.is_free(unit, DateRange(available_from, None), on, application):
        raise OfferRefused(vacancy.not_free(unit, available_from), "available_from")
    if viewing_on and viewing_on < on:
        raise OfferRefused(_("Dagen for visningen er gått."), "viewing_on")

    answer_by = deadlines.offer_answer(on).due
    letter = make_letter(
        kind=LetterKind.OFFER,
        application=application,
        title=words("offer", application.person.language_form)["title"],
        data=_letter(unit, application, available_from, answer_by, viewing, by),
        by=by,
        at=at,
    )
    offer = Offer(
        application=application,
        unit=unit,
        item=item,
        available_from=available_from,
        answer_by=answer_by,
        viewing_on=viewing_on,
        sent_at=at,
        sent_by=by,
        letter=letter,
    )
    offer._history_user = by
    try:
        with transaction.atomic():
            offer.save()
    except IntegrityError as error:
        if sentence := explain_integrity_error(error):
            raise OfferRefused(sentence) from error
        raise
    OFFER.log(offer, "", OfferState.SENT, by, at)
    text = _("Tilbud om %(unit)s sendt, svarfrist %(day)s.")
    text %= {"unit": unit, "day": nbdate(answer_by)}
    _record(offer, AllocationEvent.OFFER_SENT, text, by=by, at=at)
    return offer


@transaction.atomic
def answer_offer(
    *,
    offer: Offer,
    yes: bool,
    by: User,
    at: datetime,
    decline_code: str = "",
    decline_words: str = "",
) -> Offer:
    """Register the person's answer. A no needs a `DeclineCode`, so that offers get better.

    Raises OfferRefused.
    """
    offer = _locked(offer)
    _check_habile(by, offer.application)
    if offer.state != OfferState.SENT:
        raise OfferRefused(
            _("Tilbudet står som «%(state)s», og svaret er ikke endret.")
            % {"state": offer.get_state_display()}
        )
    answered = {"answered_at": at, "answered_by": by}
    if yes:
        OFFER.move(offer, OfferState.ACCEPTED, by=by, at=at, **answered)
        text = _("Takket ja til %(unit)s.") % {"unit": offer.unit}
        _record(offer, AllocationEvent.OFFER_ACCEPTED, text, by=by, at=at)
        return offer
    if decline_code not in DeclineCode.values:
        raise OfferRefused(_("Velg grunnen til at tilbudet ikke passet."), "decline_code")
    OFFER.move(
        offer,
        OfferState.DECLINED,
        by=by,
        at=at,
        decline_code=decline_code,
        decline_words=decline_words.strip(),
        **answered,
    )
    text = _("Takket nei til %(unit)s: %(why)s.") % {
        "unit": offer.unit,
        "why": str(DeclineCode(decline_code).label).lower(),
    }
    _record(offer, AllocationEvent.OFFER_DECLINED, text, by=by, at=at)
    return offer


@transaction.atomic
def undo_answer(*, offer: Offer, why: str, by: User, at: datetime) -> Offer:
    """The answer was registered by mistake, for instance on the wrong offer: the offer awaits its
    answer again. Raises OfferRefused, also when the home has been given to somebody else."""
    offer = _locked(offer)
    _check_habile(by, offer.application)
    if offer.lease_id or not offer.answered_at:
        raise OfferRefused(
            _("Tilbudet står som «%(state)s», og svaret er ikke endret.")
            % {"state": offer.get_state_display()}
        )
    if not why.strip():
        raise OfferRefused(_("Skriv hva som er feil."), "why")
    if offer.is_closed:
        on = local_date(at)
        _check_waits(offer.application, on)
        _check_not_offered(offer.unit)
        from_day = max(offer.available_from, on)
        if not vacancy.is_free(offer.unit, DateRange(from_day, None), on, offer.application):
            raise OfferRefused(vacancy.not_free(offer.unit, from_day))
    no_answer = {"answered_at": None, "answered_by": None, "decline_code": "", "decline_words": ""}
    OFFER.move(offer, OfferState.SENT, by=by, at=at, **no_answer)
    text = _("Svaret på tilbudet om %(unit)s er feilregistrert: %(why)s")
    text %= {"unit": offer.unit, "why": why.strip()}
    _record(offer, AllocationEvent.OFFER_ANSWER_UNDONE, text, by=by, at=at)
    return offer


@transaction.atomic
def withdraw_offer(*, offer: Offer, reason: str, by: User, at: datetime) -> Offer:
    """The municipality withdraws the offer. Raises OfferRefused once a lease is agreed."""
    offer = _locked(offer)
    if not reason.strip():
        raise OfferRefused(_("Skriv hvorfor tilbudet trekkes."), "reason")
    if offer.lease_id:
        raise OfferRefused(_("Leieforholdet er inngått, og tilbudet kan ikke trekkes."))
    return _withdraw(offer, reason, by, at)


def _withdraw(offer: Offer, reason: str, by: User, at: datetime) -> Offer:
    # Without a lease in the same statement: an offer may not hold the home in between.
    OFFER.move(offer, OfferState.WITHDRAWN, by=by, at=at, lease=None)
    text = _("Tilbudet om %(unit)s er trukket: %(why)s") % {
        "unit": offer.unit,
        "why": reason.strip(),
    }
    _record(offer, AllocationEvent.OFFER_WITHDRAWN, text, by=by, at=at)
    return offer


@transaction.atomic
def expire_offer(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Close an offer whose answer date is past; `by` is None in a job. Raises OfferRefused."""
    offer = _locked(offer)
    if offer.answer_by >= local_date(at):
        raise OfferRefused(
            _("Svarfristen er %(day)s, og er ikke gått ut.") % {"day": nbdate(offer.answer_by)}
        )
    OFFER.move(offer, OfferState.EXPIRED, by=by, at=at)
    text = _("Svarfristen på tilbudet om %(unit)s gikk ut.") % {"unit": offer.unit}
    _record(offer, AllocationEvent.OFFER_EXPIRED, text, by=by, at=at)
    return offer


@transaction.atomic
def let_home(
    *,
    offer: Offer,
    starts_on: date,
    expires_on: date | None,
    rent: int,
    by: User,
    at: datetime,
    deposit_kind: str,
    deposit: int,
    short_term_reason: str = "",
) -> Offer:
    """Agree the lease of an accepted offer; the person leaves the waiting list.

    `rent` and `deposit` are in kroner, the rent a month. Raises OfferRefused, and what
    `agree_lease` raises.
    """
    offer = _locked(offer)
    _check_habile(by, offer.application)
    _check_lease_is_next(offer)
    if starts_on < offer.available_from:
        raise OfferRefused(
            _("Boligen er ledig fra %(day)s. Leieforholdet kan ikke begynne før.")
            % {"day": nbdate(offer.available_from)},
            "starts_on",
        )
    _check_waits(offer.application, local_date(at))
    offer.lease = agree_lease(
        application=offer.application,
        unit=offer.unit,
        starts_on=starts_on,
        expires_on=expires_on,
        rent=rent,
        deposit_kind=deposit_kind,
        deposit=deposit,
        short_term_reason=short_term_reason,
        by=by,
        at=at,
    )
    offer._history_user = by
    offer.save(update_fields=["lease"])
    # The person's reservations are no longer needed, whichever home it became.
    for reservation in offer.application.reservations.in_force(local_date(at)).order_by("pk"):
        release(reservation, reason=_("Leieforholdet er inngått."), by=by, at=at)
    return offer


@transaction.atomic
def let_go_of_lease(lease: Lease, *, keep_offer: bool, reason: str, by: User, at: datetime) -> None:
    """The lease of an offer is cancelled: the offer stands as accepted, or is withdrawn, so that
    the home is vacant. A home that was held stays released. Raises OfferRefused."""
    if not (offer := Offer.objects.filter(lease=lease.pk).first()):
        return
    offer = _locked(offer)
    _check_habile(by, offer.application)
    if not keep_offer:
        _withdraw(offer, reason, by, at)
        return
    _check_not_offered(offer.unit)
    offer.lease = None
    offer._history_user = by
    offer.save(update_fields=["lease"])


@transaction.atomic
def inform_tenant(*, offer: Offer, by: User, at: datetime, **terms: Any) -> Letter:
    """Make the letter the tenant gets before signing: the term and its reason, rent and deposit
    (husll. § 11-1). Raises OfferRefused."""
    offer = _locked(offer)
    _check_lease_is_next(offer)
    information = lease_letters.information(offer.application, unit=str(offer.unit), **terms)
    letter = make_letter(
        kind=LetterKind.LEASE_INFORMATION,
        application=offer.application,
        by=by,
        at=at,
        **information,
    )
    text = _("Skriftlig informasjon før leiekontrakt om %(unit)s.") % {"unit": offer.unit}
    _record(offer, AllocationEvent.LEASE_INFORMED, text, by=by, at=at)
    return letter


# ------------------------------------------------------------------ parts


def _locked_unit(pk: int) -> Unit:
    return locked(Unit.objects.select_related("property"), pk)


def _locked_application(pk: int) -> Application:
    # So that the case gets no other lease, and is not withdrawn, while the offer is made.
    return locked(Application.objects.select_related("person", "unit", "responsible"), pk)


def _locked(offer: Offer) -> Offer:
    """The offer, locked after its unit and application, in the order of docs/adr/0006."""
    locked(Unit.objects.all(), offer.unit_id)
    application = _locked_application(offer.application_id)
    offer = locked(Offer.objects.select_related("unit__property"), offer.pk)
    offer.application = application
    return offer


def _check_habile(by: User, application: Application) -> None:
    if is_disqualified(by, application):
        raise OfferRefused(_("Du er inhabil i denne saken. En annen må ta den."))


def _check_lease_is_next(offer: Offer) -> None:
    if offer.lease_id:
        raise OfferRefused(_("Leieforholdet er allerede inngått."))
    if offer.state != OfferState.ACCEPTED:
        raise OfferRefused(_("Personen har ikke takket ja til tilbudet."))


def _check_waits(application: Application, on: date) -> None:
    if not ranking.applications_waiting(on).filter(pk=application.pk).exists():
        raise OfferRefused(
            _("Sak %(case)s står ikke lenger på ventelisten.") % {"case": application.case_number}
        )


def _record(
    offer: Offer, kind: AllocationEvent, text: str, *, by: User | None, at: datetime
) -> None:
    events.record(
        offer.application.person,
        kind,
        text,
        by=by,
        at=at,
        application=offer.application,
        offer=offer.pk,
    )


# ------------------------------------------------------------------ the letter


def _letter(
    unit: Unit,
    application: Application,
    available_from: date,
    answer_by: date,
    viewing: str,
    by: User,
) -> dict:
    language = application.person.language_form
    w = words("offer", language)
    rent = w["unknown"] if unit.rent is None else w["rent_value"].format(rent=kroner(unit.rent))
    return {
        "intro": [w["intro"]],
        "dwelling": {
            "address": str(unit),
            "facts": [
                [w["size"], minutes.dwelling(unit, language) or w["unknown"]],
                [w["rent"], rent],
                [w["free"], nbdate_long(available_from)],
            ],
            "about": None,
        },
        "viewing": [viewing.strip()] if viewing.strip() else None,
        "answer_by": nbdate_long(answer_by),
        "how_answer": [w["how"].format(name=by.get_full_name())],
        "if_yes": [w["yes"].format(day=nbdate_long(available_from))],
        "if_no": [w["no"]],
        "slip": True,
    }
