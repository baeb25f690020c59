"""Unknown values: every page opens when what is optional is empty, and for every value of an enum.

A municipality starts with a list of its homes that leaves most things out, and opens every page.
"""

from __future__ import annotations

import re
from io import StringIO
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, models, transaction
from django.test import Client

from accounts.enums import RoleKind
from housing.models import Property, Unit
from tests import factories as f
from tests.test_urls import ours
from tests.urls_table import TABLE, samples

pytestmark = pytest.mark.django_db

REAL_INVENTORY = Path(__file__).parents[1] / "data/trondheim_botilbud.csv"
# Every column the import knows for a home; only the first three are required.
COLUMNS = (
    "navn,boligtype,betegnelse,bemanning,adresse,postnummer,område,bruksenhetsnummer,"
    "antallSoverom,bruksareal,etasjenummer,leiekostnad,ansvarlig_enhet"
)


# The pages that say most about one home.
ABOUT_A_HOME = (
    "desk:units",
    "desk:unit",
    "desk:properties",
    "desk:property",
    "desk:voids",
    "desk:milieu",
    "housing:unit_edit",
    "housing:upkeep",
    "housing:upkeep_done",
    "allocation:meeting",
    "allocation:item",
    "allocation:offer",
    "stays:lease",
    "stays:temporary",
)
# Python's word for an unknown value, which no page may show.
NONE = re.compile(r"\bNone\b")


def opener(role: RoleKind) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(f.UserFactory(role=role))
    return client


def all_pages(made: SimpleNamespace) -> dict[str, RoleKind]:
    """Every page of the urlconf, each with a role that has it."""
    names = sorted(set(TABLE) & ours())
    rows = [(name, TABLE[name]) for name in names if TABLE[name].page and TABLE[name].roles]
    return {row.url(name, made): row.roles[0] for name, row in rows}


def pages_of_the_stock() -> dict[str, RoleKind]:
    """The page and the form of each property and home."""
    urls = [f"/eiendommer/{pk}/{end}" for pk in ids(Property) for end in ("", "endre/")]
    urls += [f"/boliger/{pk}/{end}" for pk in ids(Unit) for end in ("", "endre/")]
    return dict.fromkeys(urls, RoleKind.STOCK_MANAGER)


def faults(pages: dict[str, RoleKind]) -> list[str]:
    """Open the pages: those that fail, and those that show the word None."""
    clients = {role: opener(role) for role in set(pages.values())}
    found = []
    for url, role in pages.items():
        answer = clients[role].get(url)
        if answer.status_code >= 500:
            found.append(f"{url}: {answer.status_code}")
        elif "html" in answer.get("Content-Type", "") and NONE.search(answer.text):
            found.append(f"{url} says None")
    return found


def ids(model: type[models.Model]) -> list[int]:
    return list(model.objects.order_by("-pk").values_list("pk", flat=True)[:8])


def empty_what_is_optional(app_label: str) -> None:
    """Empty every optional field of every row of the app, where the database allows it."""
    for model in apps.get_app_config(app_label).get_models():
        if model.__name__.startswith("Historical"):
            continue
        for field in model._meta.concrete_fields:
            if field.primary_key or not (field.null or field.blank):
                continue
            try:
                with transaction.atomic():
                    model.objects.update(**{field.name: None if field.null else ""})
            except IntegrityError:
                continue  # a constraint says that it is not optional here


@pytest.fixture
def made():
    return samples()


def test_every_page_opens_after_importing_a_stock_with_nothing_but_names(made, tmp_path):
    rows = [f"Furulia {n},kommunal,Bolig {n},,,,,,,,,," for n in range(3)]
    (tmp_path / "boliger.csv").write_text("\n".join((COLUMNS, *rows)))
    call_command("import_stock", tmp_path / "boliger.csv", verbosity=0, stdout=StringIO())
    assert Unit.objects.filter(property__name__startswith="Furulia", staffing="").count() == 3
    empty_what_is_optional("housing")
    assert not faults(all_pages(made) | pages_of_the_stock())


def test_every_page_opens_after_importing_the_real_inventory(made):
    call_command("import_stock", REAL_INVENTORY, verbosity=0, stdout=StringIO())
    assert not faults(all_pages(made) | pages_of_the_stock())
    page = opener(RoleKind.MANAGER).get("/boliger/?type=botiltak").text
    assert "Gamle Oslovei 91-93" in page
    assert "ikke avklart" in page


def test_every_page_of_homes_opens_for_every_value_of_every_enum(made):
    """As many rounds as the longest enum has values; in each, every enum has its next value."""
    fields = [
        (model, field)
        for model in apps.get_app_config("housing").get_models()
        if not model.__name__.startswith("Historical")
        for field in model._meta.concrete_fields
        if field.choices
    ]
    values = {(model, field): cycle(dict(field.flatchoices)) for model, field in fields}
    f.UnavailabilityFactory(unit=made.unit)
    pages = {TABLE[name].url(name, made): TABLE[name].roles[0] for name in ABOUT_A_HOME}
    found = []
    for _round in range(max(len(field.flatchoices) for _model, field in fields)):
        for (model, field), following in values.items():
            try:
                with transaction.atomic():
                    model.objects.update(**{field.name: next(following)})
            except IntegrityError:
                continue  # this value needs more than itself: a reason, who did it
        found += faults(pages)
    assert not found
