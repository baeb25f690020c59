"""The offer: made from a meeting's choice, answered, and turned into a lease (need A9).

An offer is not a vedtak. Saying no has no consequence for the place on the waiting list.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.applications.perms import is_disqualified
from casework.letters.letters import make_letter
from casework.letters.words import words
from casework.log import events
from casework.log.enums import LetterKind
from casework.models import Application, Letter
from common.calendar import add_working_days, local_date
from common.errors import RuleBroken, explain_integrity_error
from common.formatting import kroner, nbdate, nbdate_long
from housing.models import Unit
from stays.leases import letters as lease_letters
from stays.leases.actions import agree_lease

from .. import minutes, ranking, vacancy
from ..enums import AllocationEvent, DeclineCode, ItemOutcome, OfferState
from ..models import AgendaItem, Consideration, Offer, Reservation
from ..processes import OFFER
from .reservations import release

if TYPE_CHECKING:
    from accounts.models import User


class OfferRefused(RuleBroken):
    """The offer, the answer or the lease cannot be; `field` says which part is to blame."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


def to_offer(item: AgendaItem) -> Consideration | None:
    """Who is to be offered the home now: the chosen one, or the reserve when the chosen one's
    offer came to nothing. None while an offer stands, or when nobody is left."""
    if item.outcome != ItemOutcome.CHOSEN:
        return None
    offers = {offer.application_id: offer for offer in item.offers.all()}
    if any(not OFFER.is_final(offer) for offer in offers.values()):
        return None
    weighed = item.considerations.select_related("application__person").order_by(
        "-chosen", "-reserve", "rank"
    )
    for consideration in weighed:
        wanted = consideration.chosen or consideration.reserve
        if wanted and consideration.application_id not in offers:
            return consideration
    return None


@transaction.atomic
def make_offer(
    *,
    consideration: Consideration,
    available_from: date,
    by: User,
    at: datetime,
    viewing: str = "",
) -> Offer:
    """Offer the home to the chosen one (or the reserve), by a letter with the day to answer by."""
    # In the order of docs/adr/0006; of two who offer the same home, the second waits here, and
    # then sees the first one's offer.
    item = AgendaItem.objects.select_for_update(of=("self",), no_key=True).get(
        pk=consideration.item_id
    )
    unit = (
        Unit.objects.select_for_update(of=("self",), no_key=True)
        .select_related("property")
        .get(pk=item.unit_id)
    )
    application = _application(consideration.application_id)
    _check_habile(by, application)
    _check_not_offered(unit)
    next_one = to_offer(item)
    if next_one is None or next_one.pk != consideration.pk:
        raise OfferRefused(_("Møtet har ikke valgt denne saken til boligen."))
    return _send(unit, application, item, available_from, viewing, by, at)


@transaction.atomic
def offer_reserved(
    *,
    reservation: Reservation,
    available_from: date,
    by: User,
    at: datetime,
    viewing: str = "",
) -> Offer:
    """Offer the dwelling to the one it is kept for (need A13)."""
    # In the order of docs/adr/0006.
    unit = (
        Unit.objects.select_for_update(of=("self",), no_key=True)
        .select_related("property")
        .get(pk=reservation.unit_id)
    )
    application = _application(reservation.application_id)
    _check_habile(by, application)
    _check_not_offered(unit)
    return _send(unit, application, None, available_from, viewing, by, at)


def _check_not_offered(unit: Unit) -> None:
    if Offer.objects.reserving().filter(unit=unit).exists():
        raise OfferRefused(_("Boligen er allerede tilbudt til noen."))


def _send(
    unit: Unit,
    application: Application,
    item: AgendaItem | None,
    available_from: date,
    viewing: str,
    by: User,
    at: datetime,
) -> Offer:
    """The letter and the offer, when the case waits and the home is free, or held for it."""
    on = local_date(at)
    _check_waits(application, on)
    held = vacancy.with_status(Unit.objects.filter(pk=unit.pk), on).get()
    free = held.status == vacancy.UnitStatus.VACANT or (
        held.status == vacancy.UnitStatus.RESERVED and held.reserved_by == application.pk
    )
    if not free:
        raise OfferRefused(_("%(unit)s er ikke lenger ledig.") % {"unit": unit})
    if available_from < on:
        raise OfferRefused(
            _("Boligen kan ikke være ledig fra en dag som er gått."), "available_from"
        )

    answer_by = add_working_days(on, settings_table.value("offer_working_days", on))
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
    _tell(
        offer,
        AllocationEvent.OFFER_SENT,
        _("Tilbud om %(unit)s sendt, svarfrist %(day)s.")
        % {"unit": unit, "day": nbdate(answer_by)},
        by=by,
        at=at,
    )
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
    """Note the person's answer. A no needs a coded reason, so that offers get better."""
    offer = _locked(offer)
    _check_habile(by, offer.application)
    if offer.state != OfferState.SENT:
        raise OfferRefused(
            _("Tilbudet står som «%(state)s», og svaret er ikke endret.")
            % {"state": offer.get_state_display()}
        )
    facts = {"answered_at": at, "answered_by": by}
    if yes:
        OFFER.move(offer, OfferState.ACCEPTED, by=by, at=at, **facts)
        text = _("Takket ja til %(unit)s.") % {"unit": offer.unit}
        _tell(offer, AllocationEvent.OFFER_ACCEPTED, text, by=by, at=at)
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
        **facts,
    )
    text = _("Takket nei til %(unit)s: %(why)s.") % {
        "unit": offer.unit,
        "why": str(DeclineCode(decline_code).label).lower(),
    }
    _tell(offer, AllocationEvent.OFFER_DECLINED, text, by=by, at=at)
    return offer


@transaction.atomic
def withdraw_offer(*, offer: Offer, reason: str, by: User, at: datetime) -> Offer:
    """The municipality takes the offer back, as long as no lease is agreed."""
    offer = _locked(offer)
    if not reason.strip():
        raise OfferRefused(_("Skriv hvorfor tilbudet trekkes."), "reason")
    if offer.lease_id:
        raise OfferRefused(_("Leieforholdet er inngått, og tilbudet kan ikke trekkes."))
    OFFER.move(offer, OfferState.WITHDRAWN, by=by, at=at)
    text = _("Tilbudet om %(unit)s er trukket: %(why)s") % {
        "unit": offer.unit,
        "why": reason.strip(),
    }
    _tell(offer, AllocationEvent.OFFER_WITHDRAWN, text, by=by, at=at)
    return offer


@transaction.atomic
def expire_offer(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """The day to answer by is past without an answer; by a person, or by a job (`by=None`)."""
    offer = _locked(offer)
    if offer.answer_by >= local_date(at):
        raise OfferRefused(
            _("Svarfristen er %(day)s, og er ikke gått ut.") % {"day": nbdate(offer.answer_by)}
        )
    OFFER.move(offer, OfferState.EXPIRED, by=by, at=at)
    text = _("Svarfristen på tilbudet om %(unit)s gikk ut.") % {"unit": offer.unit}
    _tell(offer, AllocationEvent.OFFER_EXPIRED, text, by=by, at=at)
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
    """Agree the lease of an offer said yes to. From now the person no longer waits."""
    offer = _locked(offer)
    _check_habile(by, offer.application)
    if offer.lease_id:
        raise OfferRefused(_("Leieforholdet er allerede inngått."))
    if offer.state != OfferState.ACCEPTED:
        raise OfferRefused(_("Personen har ikke takket ja til tilbudet."))
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
    # What was held ahead for the person has done its work, whichever home it became.
    for held in offer.application.reservations.standing(local_date(at)).order_by("pk"):
        release(held, reason=_("Leieforholdet er inngått."), by=by, at=at)
    return offer


@transaction.atomic
def inform_tenant(*, offer: Offer, by: User, at: datetime, **terms: Any) -> Letter:
    """Tell in writing, before the lease is signed, what it will be: its term and why it has one,
    its rent and its deposit (husll. § 11-1)."""
    offer = _locked(offer)
    if offer.lease_id:
        raise OfferRefused(_("Leieforholdet er allerede inngått."))
    if offer.state != OfferState.ACCEPTED:
        raise OfferRefused(_("Personen har ikke takket ja til tilbudet."))
    information = lease_letters.information(offer.application, unit=str(offer.unit), **terms)
    letter = make_letter(
        kind=LetterKind.LEASE_INFORMATION,
        application=offer.application,
        by=by,
        at=at,
        **information,
    )
    text = _("Skriftlig informasjon før leiekontrakt om %(unit)s.") % {"unit": offer.unit}
    _tell(offer, AllocationEvent.LEASE_INFORMED, text, by=by, at=at)
    return letter


# ------------------------------------------------------------------ parts


def _application(pk: int) -> Application:
    # Held, so that the case is not let a home, or withdrawn, while it is offered this one.
    return (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person", "unit", "responsible")
        .get(pk=pk)
    )


def _locked(offer: Offer) -> Offer:
    """The offer, with its unit and application, in the order of docs/adr/0006."""
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=offer.unit_id)
    application = _application(offer.application_id)
    found = (
        Offer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit__property")
        .get(pk=offer.pk)
    )
    found.application = application
    return found


def _check_habile(by: User, application: Application) -> None:
    if is_disqualified(by, application):
        raise OfferRefused(_("Du er inhabil i denne saken. En annen må ta den."))


def _check_waits(application: Application, on: date) -> None:
    if not ranking.applications_waiting(on).filter(pk=application.pk).exists():
        raise OfferRefused(
            _("Sak %(case)s står ikke lenger på ventelisten.") % {"case": application.case_number}
        )


def _tell(offer: Offer, kind: AllocationEvent, text: str, *, by: User | None, at: datetime) -> None:
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
    t = words("offer", language)
    rent = t["unknown"] if unit.rent is None else t["rent_value"].format(rent=kroner(unit.rent))
    return {
        "intro": [t["intro"]],
        "dwelling": {
            "address": str(unit),
            "facts": [
                [t["size"], minutes.dwelling(unit, language) or t["unknown"]],
                [t["rent"], rent],
                [t["free"], nbdate_long(available_from)],
            ],
            "about": None,
        },
        "viewing": [viewing.strip()] if viewing.strip() else None,
        "answer_by": nbdate_long(answer_by),
        "how_answer": [t["how"].format(name=by.get_full_name())],
        "if_yes": [t["yes"].format(day=nbdate_long(available_from))],
        "if_no": [t["no"]],
        "slip": True,
    }
