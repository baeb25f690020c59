"""People in temporary places as a file, when a municipality goes live (needs T1, X1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.file_imports.kinds import FileKind, Reading, RowReport, TemplateColumn, Work, register
from casework.persons import imports as persons
from common import cells
from housing import finding
from stays import actions
from stays.enums import StayKind
from stays.models import Stay
from stays.perms import can_record_stays

COLUMNS = (
    *persons.COLUMNS,
    *finding.COLUMNS,
    TemplateColumn("fra", _("første natt i dette stedet"), "01.10.2026", True),
    TemplateColumn("til", _("dagen personen flyttet ut; tom for den som bor der nå")),
    TemplateColumn("innvilget_til", _("dagen vedtaket går til")),
    TemplateColumn("pris_per_natt", _("kroner; ellers boligens egen pris"), 950),
    TemplateColumn("begrunnelse", _("hvorfor det ikke er noe vedtak i Varig")),
    TemplateColumn("hvorfor_likevel", _("når stedet ikke er egnet for barn eller unge")),
)


def take_in(work: Work, values: Sequence[Any]) -> RowReport:
    """One stay. Earlier places of the same person are rows of their own, so the clock is right."""
    row = work.named(values)
    read = Reading()
    starts_on = read(cells.filled, cells.day, row.get("fra"), "fra")
    ends_on = read(cells.day, row.get("til"), "til")
    granted_until = read(cells.day, row.get("innvilgettil"), "innvilget_til")
    night_price = read(cells.whole, row.get("prispernatt"), "pris_per_natt", 0, 100_000)
    reason = read(cells.one_line, row.get("begrunnelse"))
    unsuited_reason = read(cells.one_line, row.get("hvorforlikevel")) or ""
    unit = read(work.once("homes", finding.Homes).find, row)
    read(persons.read_person, row, work)
    read.done()
    there = Stay.objects.filter(unit=unit, period__startswith=starts_on)
    person, is_new = persons.person_of(row, work, there.values("person"))
    if there.filter(person=person).exists():
        return RowReport(0, known=1, verdict=str(_("Finnes fra før")))
    actions.register_stay(
        person=person,
        kind=StayKind.TEMPORARY,
        unit=unit,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_until=granted_until,
        night_price=night_price,
        reason=reason or str(_("Vedtaket er fra før Varig.")),
        unsuited_reason=unsuited_reason[:300],
        by=work.by,
        at=work.at,
    )
    said = _("ny person") if is_new else _("personen er i Varig fra før")
    return RowReport(0, makes=1, verdict=str(_("Nytt opphold")), read_as=[str(said)])


def install() -> None:
    """Register the kind. Called when the app is ready."""
    register(
        FileKind(
            key="midlertidige-opphold",
            title=_("Midlertidige opphold"),
            about=_("De som bor midlertidig nå, med dagen de kom. En rad per sted og person."),
            may=can_record_stays,
            columns=lambda: COLUMNS,
            row=take_in,
            personal=True,
            one=_("nytt opphold"),
            many=_("nye opphold"),
        )
    )
