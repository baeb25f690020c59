"""The stock as a file that can be imported; see `accounts.file_imports.kinds`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.file_imports.kinds import FileKind, TemplateColumn, register

from . import perms, stock_columns, stock_import
from .models import Property, StockExport, Unit

EXAMPLES = {
    "eiendom": "Storgata 12", "adresse": "Storgata 12", "postnummer": "9990", "status": "I bruk",
    "boligtype": "kommunal", "betegnelse": "H0202", "bruksenhetsnummer": "H0202",
    "antallSoverom": 2, "bruksareal": 64, "etasjenummer": 2, "leiekostnad": 8500, "heis": "ja",
}  # fmt: skip
PERIODS = {
    stock_columns.IN_USE_FROM: _("dag, «ukjent» eller «nei»"),
    stock_columns.IN_USE_TO: _("siste dag; tom når boligen fortsatt er i bruk"),
}
NEEDED = ("eiendom", "boligtype")


def columns() -> list[TemplateColumn]:
    """The columns the export writes, with the model's own words for what they hold."""
    return [
        TemplateColumn(
            column.name,
            column.label_in(model) if model else PERIODS[column.field],
            EXAMPLES.get(column.name, ""),
            column.name in NEEDED,
        )
        for model, group in (
            (Property, stock_columns.PROPERTY_COLUMNS),
            (Unit, stock_columns.UNIT_COLUMNS),
            (None, stock_columns.PERIOD_COLUMNS),
        )
        for column in group
    ]


def beside() -> dict:
    """What the panels beside the form show."""
    return {"downloads": StockExport.objects.select_related("exported_by")[:10]}


def install() -> None:
    """Register the kind. Called when the app is ready."""
    register(
        FileKind(
            key="boliger",
            title=_("Boliger"),
            about=_("Eiendommer og boliger, også fra Kobo Bolig. En rad per bolig eller eiendom."),
            may=perms.can_manage_stock,
            columns=columns,
            check_headings=stock_import.check_headings,
            whole=stock_import.work,
            one=_("ny bolig"),
            many=_("nye boliger"),
            parent_label=_("nye eiendommer"),
            shown_at=("desk:units", _("Se boligene")),
            beside="housing/import_beside.html",
            context=beside,
        )
    )
