"""Finds the home a row of a file is about, whatever the spelling."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.file_imports.kinds import TemplateColumn
from common import cells
from common.cells import folded
from common.errors import RuleBroken

from .models import Unit

COLUMNS = (
    TemplateColumn("eiendom", _("navnet eller adressen til eiendommen"), "Storgata 12", True),
    TemplateColumn("bolig", _("betegnelse eller bruksenhetsnummer"), "H0202", True),
    TemplateColumn("koboId", _("i stedet for eiendom og bolig")),
)


class HomeNotFound(RuleBroken):
    """The row names no home in Varig, or more than one."""


class Homes:
    """All homes by Kobo ID and by name. Read once for a file."""

    def __init__(self) -> None:
        self.by_kobo: dict[str, int] = {}
        self.by_name: dict[tuple[str, str], set[int]] = {}
        rows = Unit.objects.order_by("pk").values_list(
            "pk", "kobo_id", "name", "dwelling_number", "property__name", "property__address"
        )
        for key, kobo_id, name, number, home, address in rows.iterator():
            if kobo_id:
                self.by_kobo[kobo_id] = key
            for place in {folded(home), folded(address)} - {""}:
                for label in {folded(name), folded(number)} - {""}:
                    self.by_name.setdefault((place, label), set()).add(key)

    def find(self, row: dict[str, Any]) -> Unit:
        """The home of the row. Raises `HomeNotFound`."""
        kobo_id = cells.one_line(row.get("koboid"))
        place, label = cells.one_line(row.get("eiendom")), cells.one_line(row.get("bolig"))
        if not (kobo_id or (place and label)):
            raise HomeNotFound(_("Skriv eiendom og bolig, eller Kobo-ID."))
        if kobo_id:
            keys = {self.by_kobo[kobo_id]} if kobo_id in self.by_kobo else set()
        else:
            keys = self.by_name.get((folded(place), folded(label)), set())
        if not keys:
            raise HomeNotFound(
                _("Boligen finnes ikke i Varig: %(home)s. Ta inn boligene først.")
                % {"home": kobo_id or f"{place}, {label}"}
            )
        if len(keys) > 1:
            raise HomeNotFound(
                _("Flere boliger passer med %(home)s. Skriv Kobo-ID-en.")
                % {"home": f"{place}, {label}"}
            )
        return Unit.objects.select_related("property").get(pk=min(keys))
