"""Existing leases as a file, when a municipality goes live (needs H8, X1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from accounts.file_imports.kinds import (
    FileKind,
    Reading,
    Report,
    RowReport,
    TemplateColumn,
    Work,
    register,
)
from accounts.perms import can_change_settings
from casework.persons import imports as persons
from common import cells
from common.calendar import local_date
from common.errors import RuleBroken
from housing import finding
from stays.enums import Deposit
from stays.perms import can_record_stays

from . import actions
from .models import Lease, PriceIndex

COLUMNS = (
    *persons.COLUMNS,
    *finding.COLUMNS,
    TemplateColumn("leies_fra", _("dagen leieforholdet begynte"), "01.09.2024", True),
    TemplateColumn("leies_til", _("siste dag i kontrakten; tom når den er tidsubestemt")),
    TemplateColumn("inngått", _("dagen kontrakten ble skrevet; ellers dagen den begynte")),
    TemplateColumn("husleie", _("kroner i måneden, slik den er nå"), 8500, True),
    TemplateColumn("sikkerhet", _("depositum, garanti eller ingen")),
    TemplateColumn("beløp", _("depositum eller garanti i kroner")),
)
INDEX_COLUMNS = (
    TemplateColumn("måned", _("måned og år, eller en dag i måneden"), "10.2026", True),
    TemplateColumn("indeks", _("konsumprisindeksen med én desimal"), "138,4", True),
)


def take_over(work: Work, values: Sequence[Any]) -> RowReport:
    """One lease. A row that is in Varig already changes nothing."""
    row = work.named(values)
    read = Reading()
    starts_on = read(cells.filled, cells.day, row.get("leiesfra"), "leies_fra")
    expires_on = read(cells.day, row.get("leiestil"), "leies_til")
    agreed_on = read(cells.day, row.get("inngått"), "inngått")
    rent = read(cells.filled, cells.whole, row.get("husleie"), "husleie", 0, 200_000)
    kind = read(_security, cells.one_line(row.get("sikkerhet")))
    deposit = read(cells.whole, row.get("beløp"), "beløp", 0, 2_000_000) or 0
    unit = read(work.once("homes", finding.Homes).find, row)
    read(persons.read_person, row, work)
    read.done()
    there = Lease.objects.filter(stay__unit=unit, starts_on=starts_on)
    person, is_new = persons.person_of(row, work, there.values("stay__person"))
    if there.filter(stay__person=person).exists():
        return RowReport(0, known=1, verdict=str(_("Finnes fra før")))
    actions.take_over_lease(
        person=person,
        unit=unit,
        starts_on=starts_on,
        agreed_on=agreed_on or starts_on,
        expires_on=expires_on,
        rent=rent,
        deposit_kind=kind or (Deposit.DEPOSIT if deposit else Deposit.NONE),
        deposit=deposit,
        by=work.by,
        at=work.at,
    )
    said = _("ny person") if is_new else _("personen er i Varig fra før")
    return RowReport(0, makes=1, verdict=str(_("Nytt leieforhold")), read_as=[str(said)])


def _security(text: str) -> Deposit | None:
    kind = cells.choice(Deposit, text) if text else None
    if text and kind is None:
        raise RuleBroken(str(_("Sikkerheten «%(text)s» finnes ikke.")) % {"text": text})
    return kind


def enter_months(work: Work) -> Report:
    """The consumer price index of many months. A month with another value is a change."""
    stored = {index.month: index for index in PriceIndex.objects.order_by("month")}
    report = Report([], other_sheets=work.sheet.other_sheets)
    rows = []
    for number, values in work.sheet.rows:
        row = work.named(values)
        line = RowReport(number)
        report.rows.append(line)
        try:
            line.name = cells.one_line(str(row.get("måned") or ""))
            month, value = (
                _month(row.get("måned"), work),
                cells.decimal(row.get("indeks"), "indeks"),
            )
            if value is None or not Decimal(1) <= value < Decimal(10_000):
                raise cells.Unreadable(
                    str(_("Indeksen mangler, eller er ikke et tall som passer."))
                )
        except cells.Unreadable as error:
            line.errors.append(str(error))
            line.verdict = str(_("Tas ikke inn"))
            continue
        value = value.quantize(Decimal("0.1"))
        known = stored.get(month)
        if known is None:
            line.makes, line.verdict = 1, str(_("Ny måned"))
        elif known.value != value:
            line.errors.append(
                str(_("Måneden er ført inn med %(value)s."))
                % {"value": number_format(known.value, 1, use_l10n=True)}
            )
            line.verdict = str(_("Tas ikke inn"))
        else:
            line.known, line.verdict = 1, str(_("Finnes fra før"))
        if line.makes:
            stored[month] = PriceIndex(month=month, value=value)
            rows.append((month, value))
    if work.write:
        work.agreed(report)
        for month, value in rows:
            actions.enter_index(month=month, value=value, by=work.by, at=work.at)
    return report


def _month(cell: Any, work: Work) -> date:
    """The first day of the month: 10.2026, 2026M10 as Statistics Norway writes it, or a date."""
    text = cells.one_line(cell) if isinstance(cell, str | int | float) else ""
    if match := re.fullmatch(r"(\d{4})[Mm-](\d{1,2})", text):
        text = f"01.{match[2]}.{match[1]}"
    elif match := re.fullmatch(r"(\d{1,2})[./,-](\d{4})", text):
        text = f"01.{match[1]}.{match[2]}"
    month = cells.day(text or cell, "måned")
    if month is None:
        raise cells.Unreadable(str(_("Måneden mangler.")))
    month = month.replace(day=1)
    if month > local_date(work.at):
        raise cells.Unreadable(str(_("Indeksen for en måned som ikke er kommet, finnes ikke.")))
    return month


def install() -> None:
    """Register the kinds. Called when the app is ready."""
    register(
        FileKind(
            key="leieforhold",
            title=_("Leieforhold"),
            about=_(
                "Leieforhold som gjelder nå, med leietakeren. Boligene må være tatt inn først."
            ),
            may=can_record_stays,
            columns=lambda: COLUMNS,
            row=take_over,
            personal=True,
            one=_("nytt leieforhold"),
            many=_("nye leieforhold"),
        )
    )
    register(
        FileKind(
            key="konsumprisindeks",
            title=_("Konsumprisindeks"),
            about=_("Indeksen måned for måned, som husleien reguleres etter."),
            may=can_change_settings,
            columns=lambda: INDEX_COLUMNS,
            whole=enter_months,
            one=_("ny måned"),
            many=_("nye måneder"),
        )
    )
