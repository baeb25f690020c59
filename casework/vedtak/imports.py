"""Waiting cases as a file, with the days of the old system, when going live (needs C5, C13, X1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _

from accounts.file_imports.kinds import FileKind, Reading, RowReport, TemplateColumn, Work, register
from accounts.models import OrganisationUnit, User
from casework.applications.actions.applications import default_bases, register_application
from casework.applications.models import Application
from casework.applications.processes import APPLICATION
from casework.assessment.models import HousingNeed
from casework.letters.models import LegalBasis
from casework.log import events
from casework.log.enums import (
    ApplicationChannel,
    ApplicationKind,
    ApplicationState,
    Outcome,
    VedtakState,
)
from casework.log.event_kinds import CaseEvent
from casework.log.perms import can_do_casework
from casework.persons import imports as persons
from common import cells
from common.calendar import local_date
from common.errors import RuleBroken, impossible_day
from common.formatting import nbdate
from housing.enums import Staffing, UnitType

from .completeness import NEW_DWELLING_BASES
from .models import Vedtak, VedtakOutcome
from .processes import VEDTAK

COLUMNS = (
    *persons.COLUMNS,
    TemplateColumn("mottatt", _("dagen søknaden kom"), "15.03.2026", True),
    TemplateColumn("gjelder", _("kommunal bolig eller bytte; ellers kommunal bolig")),
    TemplateColumn("enhet", _("enheten som har saken; ellers din egen")),
    TemplateColumn("foreløpig_svar", _("dagen foreløpig svar ble sendt")),
    TemplateColumn("vedtaksdato", _("dagen boligen ble innvilget; tom når det ikke er avgjort")),
    TemplateColumn("vedtaket_ligger_i", _("saksnummeret i arkivet eller det gamle systemet")),
    TemplateColumn("gjelder_til", _("siste dag vedtaket gjelder")),
    TemplateColumn("boligtyper", _("typer som passer, med komma mellom"), "kommunal"),
    TemplateColumn("soverom", _("antall soverom, minst"), 1),
    TemplateColumn("uten_trapper", _("ja eller nei")),
    TemplateColumn("rullestol", _("ja eller nei")),
    TemplateColumn("bemanning", _("minste bemanning")),
)
KINDS = (ApplicationKind.NEW, ApplicationKind.EXCHANGE)


class CaseRefused(RuleBroken):
    """The row does not describe a case that can wait in Varig."""

    def __init__(self, sentence: object) -> None:
        super().__init__(str(sentence))


def take_in(work: Work, values: Sequence[Any]) -> RowReport:
    """One case: received, and granted if the row has a date of the vedtak."""
    row, today = work.named(values), local_date(work.at)
    read = Reading()
    received = read(cells.filled, cells.day, row.get("mottatt"), "mottatt")
    granted = read(cells.day, row.get("vedtaksdato"), "vedtaksdato")
    reference = (read(cells.one_line, row.get("vedtaketliggeri")) or "")[:80]
    replied = read(cells.day, row.get("foreløpigsvar"), "foreløpig_svar")
    valid_to = read(cells.day, row.get("gjeldertil"), "gjelder_til")
    impossible = [impossible_day(day, today) for day in (received, granted, replied, valid_to)]
    for sentence in filter(None, impossible):
        read.refuse(sentence)
    if not any(impossible):
        _check_order(read, received, granted, replied, today)
    if granted and not reference:
        read.refuse(_("Skriv hvor vedtaket ligger: saksnummeret i arkivet eller systemet."))
    kind = read(_kind, row)
    need = read(_need, row)
    unit = read(_unit, row, work)
    read(persons.read_person, row, work)
    read.done()
    there = Application.objects.filter(kind=kind, received_at__date=received)
    person, is_new = persons.person_of(row, work, there.values("person"))
    if person.birth_date and received < person.birth_date:
        raise CaseRefused(
            _("Personen er født %(born)s, etter dagen søknaden kom.")
            % {"born": nbdate(person.birth_date)}
        )
    if there.filter(person=person).exists():
        return RowReport(0, known=1, verdict=str(_("Finnes fra før")))
    basis = _basis(kind, received, today)
    application = register_application(
        person=person,
        kind=kind,
        channel=ApplicationChannel.LETTER,
        received_at=min(_noon(received), work.at),
        unit=unit,
        responsible=person.responsible,
        bases=[basis] if received in basis.valid else (),
        by=work.by,
        at=work.at,
    )
    if replied:
        application.interim_reply_at, application.interim_reply_by = _noon(replied), work.by
        application.save(update_fields=["interim_reply_at", "interim_reply_by"])
    if granted:
        carry_over_grant(
            application=application,
            basis=basis,
            need=need,
            issued_on=granted,
            valid_to=valid_to,
            reference=reference,
            by=work.by,
            at=work.at,
        )
    verdict = _("Ny sak på ventelisten") if granted else _("Ny søknad")
    said = _("ny person") if is_new else _("personen er i Varig fra før")
    return RowReport(0, makes=1, verdict=str(verdict), read_as=[str(said)])


def _check_order(
    read: Reading, received: date | None, granted: date | None, replied: date | None, today: date
) -> None:
    """The days have come, and in their order."""
    if any(day and day > today for day in (received, granted)):
        read.refuse(_("Dagen er ikke kommet ennå. Skriv når det skjedde."))
    if received and granted and granted < received:
        read.refuse(_("Vedtaket kan ikke være fattet før søknaden kom."))
    if received and replied and not received <= replied <= today:
        read.refuse(_("Foreløpig svar må være sendt etter at søknaden kom."))


def _kind(row: dict[str, Any]) -> ApplicationKind:
    text = cells.one_line(row.get("gjelder"))
    kind = cells.choice(ApplicationKind, text) if text else ApplicationKind.NEW
    if kind not in KINDS:
        raise CaseRefused(_("Saken må gjelde kommunal bolig eller bytte."))
    return kind


@transaction.atomic
def carry_over_grant(
    *,
    application: Application,
    basis: LegalBasis,
    need: dict[str, Any],
    issued_on: date,
    valid_to: date | None,
    reference: str,
    by: User,
    at: datetime,
) -> Vedtak:
    """Record a vedtak on a home from before Varig: its day, and where it is kept.

    It was written and approved there, so it has no letter here, and the rule of two users is not
    asked of it (constraint `vedtak_four_eyes`).
    """
    issued_at = min(_noon(issued_on), at)
    HousingNeed.objects.create(application=application, decided_at=at, decided_by=by, **need)
    vedtak = Vedtak(
        application=application,
        language=application.person.language_form,
        dwelling_type=need["types"][0] if need["types"] else "",
        bedrooms=need["bedrooms"],
        valid_from=issued_on,
        valid_to=valid_to,
        earlier_reference=reference,
        drafted_at=issued_at,
        drafted_by=by,
    )
    vedtak._history_user = by
    vedtak.save()
    # Before it is issued: then it is frozen.
    VedtakOutcome.objects.create(vedtak=vedtak, basis=basis, outcome=Outcome.GRANTED)
    vedtak.state = VedtakState.ISSUED
    vedtak.issued_at, vedtak.issued_by, vedtak.issued_on = issued_at, by, issued_on
    vedtak.save()
    VEDTAK.log(vedtak, "", VedtakState.ISSUED, by, at)
    application._history_user = by
    APPLICATION.move(application, ApplicationState.DECIDED, by=by, at=at)
    events.record(
        application.person,
        CaseEvent.VEDTAK_ISSUED,
        str(_("Vedtak fra før Varig, fattet %(day)s, er ført inn. Det ligger i %(reference)s."))
        % {"day": nbdate(issued_on), "reference": reference},
        by=by,
        at=at,
        application=application,
        vedtak=vedtak.pk,
    )
    return vedtak


def _need(row: dict[str, Any]) -> dict[str, Any]:
    read = Reading()
    types = []
    for text in re.split(r"[,;/]", cells.one_line(row.get("boligtyper"))):
        if text.strip():
            kind = cells.choice(UnitType, text)
            if kind is None:
                read.refuse(str(_("Boligtypen «%s» finnes ikke.")) % text.strip())
            types.append(kind)
    staffing_text = cells.one_line(row.get("bemanning"))
    staffing = cells.choice(Staffing, staffing_text) if staffing_text else Staffing.NONE
    if staffing is None:
        read.refuse(str(_("Bemanningen «%s» finnes ikke.")) % staffing_text)
    bedrooms = read(cells.whole, row.get("soverom"), "soverom", 0, 10)
    step_free = read(cells.yes_no, row.get("utentrapper"), "uten_trapper")
    wheelchair = read(cells.yes_no, row.get("rullestol"), "rullestol")
    read.done()
    return {
        "types": types or [UnitType.MUNICIPAL],
        "bedrooms": 1 if bedrooms is None else bedrooms,
        "step_free": step_free or False,
        "wheelchair": wheelchair or False,
        "staffing": staffing,
    }


def _unit(row: dict[str, Any], work: Work) -> OrganisationUnit:
    name = cells.one_line(row.get("enhet"))
    if not name:
        return work.by.current_roles[0].unit
    units = work.once(
        "units",
        lambda: {cells.folded(u.name): u for u in OrganisationUnit.objects.order_by("pk")},
    )
    if cells.folded(name) not in units:
        raise CaseRefused(str(_("Enheten «%s» finnes ikke i Varig.")) % name)
    return units[cells.folded(name)]


def _basis(kind: str, received: date, today: date) -> LegalBasis:
    """The basis of the grant; today's, when Varig's list does not go back to that day."""
    for on in (received, today):
        for basis in default_bases(kind, on):
            if basis.code in NEW_DWELLING_BASES:
                return basis
    raise CaseRefused(_("Hjemmelen for vedtaket er ikke i Varigs liste over hjemler."))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=get_default_timezone())


def install() -> None:
    """Register the kind. Called when the app is ready."""
    register(
        FileKind(
            key="ventende-saker",
            title=_("Ventende saker"),
            about=_("De som venter på bolig eller på svar, med dagen de søkte."),
            may=can_do_casework,
            columns=lambda: COLUMNS,
            row=take_in,
            personal=True,
            one=_("ny sak"),
            many=_("nye saker"),
        )
    )
