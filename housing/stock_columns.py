"""The columns of a file with the stock: what is taken out, and taken in (needs H1, X1).

The names are Kobo Bolig's where Kobo has the field, and ours otherwise. The export and the import
read the same table, so that what is exported comes back the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.file_imports.kinds import name_key as key
from common import cells

from .enums import PropertyStage, Staffing, UnitType
from .models import Property, Unit

STAGES = {
    "planlagt": PropertyStage.PLANNED,
    "ikke tatt i bruk": PropertyStage.PLANNED,
    "avvikles": PropertyStage.AT_RISK,
}
NOT_IN_USE, SINCE_UNKNOWN = "nei", "ukjent"
# Read by the file's own rules, see `stock_import`.
IN_USE_FROM, IN_USE_TO, COUNT = "in_use_from", "in_use_to", "count"


@dataclass(frozen=True)
class Column:
    """One column: the model's field, the name written, other names read, and how it is read.

    `read(cell, label)` returns the value or raises `cells.Unreadable`. `named` is the model of a
    thing in a list, which is looked up by name. `unknown`: an empty cell is worth a remark.
    """

    field: str
    name: str
    others: tuple[str, ...] = ()
    read: Callable[[Any, str], Any] = lambda cell, label: cells.one_line(cell)
    most: int = 0
    unknown: bool = False
    named: bool = False

    def label_in(self, model: type[Model]) -> str:
        return str(model._meta.get_field(self.field).verbose_name)

    def value(self, cell: Any, label: str) -> Any:
        """The cell's value. Raises `cells.Unreadable`, also for a text that is too long."""
        value = self.read(cell, label)
        if self.most and isinstance(value, str) and len(value) > self.most:
            raise cells.Unreadable(
                _("%(label)s er lengre enn %(n)d tegn.")
                % {"label": label.capitalize(), "n": self.most}
            )
        return value


def _lines(cell: Any, label: str) -> str:
    return cells.paragraphs(cell)


def _number(least: int, most: int) -> Callable[[Any, str], int | None]:
    return lambda cell, label: cells.whole(cell, label, least, most)


def _stage(cell: Any, label: str) -> PropertyStage | None:
    text = cells.one_line(cell)
    stage = STAGES.get(text.casefold()) or cells.choice(PropertyStage, text)
    if text and stage is None:
        raise cells.Unreadable(_("Statusen «%(text)s» finnes ikke.") % {"text": text})
    return stage


def _type(cell: Any, label: str) -> UnitType | None:
    text = cells.one_line(cell)
    kind = cells.choice(UnitType, text)
    if text and kind is None:
        raise cells.Unreadable(_("Boligtypen «%(type)s» finnes ikke.") % {"type": text})
    return kind


def _dwelling_number(cell: Any, label: str) -> str:
    text = cells.one_line(cell).upper().replace(" ", "")
    if text and not (len(text) == 5 and text[0] in "HKLU" and text[1:].isdecimal()):
        raise cells.Unreadable(_("Bruksenhetsnummer er en bokstav og fire siffer, som H0202."))
    return text


PROPERTY_COLUMNS = (
    Column("name", "eiendom", ("navn", "eiendomsnavn"), most=120),
    Column("address", "adresse", most=200, unknown=True),
    Column("postcode", "postnummer", read=lambda cell, label: cells.postcode(cell)),
    Column("area", "område", ("bydel",), named=True),
    Column("provider", "leverandør", named=True),
    Column("stage", "status", ("livsløp",), read=_stage),
    Column("stage_reason", "status_hvorfor", most=300),
    Column("stage_from", "status_fra", read=cells.day),
    Column("stage_until", "status_til", read=cells.day),
    Column("acquired_on", "kommunen_har_hatt_den_siden", ("anskaffet",), cells.day),
    Column("contact_name", "kontaktperson", most=120),
    Column("contact_phone", "kontakttelefon", most=20),
    Column("resident_contact", "beboerkontakt", most=120),
    Column("resident_contact_phone", "beboerkontakt_telefon", most=20),
    Column("surroundings", "omgivelser", read=_lines, most=1000),
    Column("expectations", "husets_forventninger", read=_lines, most=2000),
    Column("max_stay_months", "lengste_opphold_måneder", read=_number(1, 600)),
    Column("source_note", "merknad", most=300),
)
UNIT_COLUMNS = (
    Column("type", "boligtype", ("type",), read=_type),
    Column("name", "betegnelse", ("bolig",), most=40),
    Column("dwelling_number", "bruksenhetsnummer", read=_dwelling_number),
    Column("kobo_id", "koboId", most=40),
    Column("provider_reference", "leverandorBoligId", most=40),
    Column("extra_reference", "ekstraReferanse", ("egenreferanse", "referanse"), most=40),
    Column("bedrooms", "antallSoverom", ("soverom",), _number(0, 20), unknown=True),
    Column("size_m2", "bruksareal", ("areal", "bra"), _number(1, 2000), unknown=True),
    Column("floor", "etasjenummer", ("etasje",), _number(-3, 60), unknown=True),
    Column("lift", "heis", read=cells.yes_no),
    Column("step_free", "uten_trinn", ("trinnfri",), cells.yes_no),
    Column("wheelchair", "erTilgjengeligForRullestolbruker", ("rullestol",), cells.yes_no),
    Column("capacity", "plass_til", ("kapasitet",), _number(0, 99)),
    Column("staffing", "bemanning", unknown=True),
    Column("own_entrance", "egen_inngang", read=cells.yes_no),
    Column("accepts_pets", "dyr_tillatt", read=cells.yes_no),
    Column("near_transport", "nær_transport", read=cells.yes_no),
    Column("quiet", "rolig", read=cells.yes_no),
    Column("drug_free", "rusfritt_miljø", read=cells.yes_no),
    Column("suits_children", "egnet_for_barn", read=cells.yes_no),
    Column("suits_young", "egnet_for_unge", read=cells.yes_no),
    Column("min_age", "alder_fra", read=_number(0, 120)),
    Column("max_age", "alder_til", read=_number(0, 120)),
    Column("rent", "leiekostnad", ("husleie",), _number(0, 200_000), unknown=True),
    Column("night_price", "pris_per_natt", ("døgnpris",), _number(0, 200_000)),
    Column("allocated_by", "tildeles_av", named=True),
    Column("operated_by", "driftes_av", named=True),
    Column("followed_up_by", "ansvarlig_enhet", ("følgesoppav",), named=True),
    Column("disposal_form", "disposisjonsform", most=60),
    Column("ownership_form", "eieform", most=60),
    Column("owner", "eier", most=120),
    Column("owned_section", "eieseksjon", ("eierseksjon",), most=40),
    Column("features", "egenskaper", most=500),
    Column("shared_home", "erBofellesskap", read=cells.yes_no),
    Column("rent_to_own", "leieTilEiePotensial", read=cells.yes_no),
)
PERIOD_COLUMNS = (
    Column(IN_USE_FROM, "i_bruk_fra"),
    Column(IN_USE_TO, "i_bruk_til", read=cells.day),
)
ONLY_READ = (Column(COUNT, "antall_enheter", ("antallboliger", "antall"), _number(1, 999)),)
# Columns we know and leave out: a dwelling is described by what it is (needs H6, H7), and who
# lives there is imported as tenancies.
TARGET_GROUP = ("malgruppe", "målgruppe")
WHO_LIVES_THERE = ("husstand", "leieforhold")


NAMES = [column.name for column in (*PROPERTY_COLUMNS, *UNIT_COLUMNS, *PERIOD_COLUMNS)]


def left_out(heading: str) -> str:
    """Why a column we know is not imported; "" for any other column."""
    if key(heading) in TARGET_GROUP:
        return _("Målgruppe tas ikke inn: en bolig beskrives med hva den er.")
    if key(heading) in WHO_LIVES_THERE:
        return _("Hvem som bor der, tas inn som leieforhold, ikke med boligene.")
    return ""


def by_name() -> dict[str, tuple[type[Model] | None, Column]]:
    """Every name a column is read by, with the model it belongs to."""
    names = {}
    for model, columns in (
        (Property, PROPERTY_COLUMNS),
        (Unit, UNIT_COLUMNS),
        (None, PERIOD_COLUMNS + ONLY_READ),
    ):
        for column in columns:
            for name in (column.name, *column.others):
                names[key(name)] = (model, column)
    return names


def staffing_from(text: str) -> Staffing | None:
    """The staffing a free text describes; None when it is empty or unclear."""
    if exact := cells.choice(Staffing, text):
        return exact
    words = text.casefold()
    if not words or "base" in words:
        return None
    if "ambulerende" in words and not re.search(r"døgn|personell|dag", words):
        return Staffing.NONE
    if re.search(r"døgn|nattevakt|^natt$", words):
        return Staffing.NIGHT
    return Staffing.DAY if re.search(r"dag|kveld|hverdager", words) else None
