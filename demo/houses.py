"""Facts about the properties: repairs, a property at risk, the provider of temporary places."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from common.calendar import add_months
from housing import actions
from housing.enums import TEMPORARY_TYPES, PropertyStage, UpkeepKind
from housing.models import Property, Unit
from housing.providers.models import Provider, QualityAgreement, QualityCheck
from stays import actions as stay_actions
from stays.enums import SearchOutcome, StayKind
from stays.models import Stay

from .lives import at

BROKEN = [
    (UpkeepKind.HEAT, "Radiatoren på soverommet er kald", False),
    (UpkeepKind.LOCK, "Inngangsdøra går ikke i lås", False),
    (UpkeepKind.WATER, "Lekkasje under vasken", True),
    (UpkeepKind.OTHER, "Lyset i trappa virker ikke", False),
]


def add(today: date) -> None:
    """Add them with the real actions, so that history and events exist."""
    anders, ingrid = (User.objects.get(username=name) for name in ("anders", "ingrid"))
    homes = Unit.objects.for_letting().select_related("property").order_by("sort_name", "pk")
    empty = homes.filter(stays__isnull=True, unavailabilities__isnull=True)
    for number, (kind, text, closes) in enumerate(BROKEN):
        unit = empty.first() if closes else homes[number * 7]
        if unit is None:
            continue
        actions.report_upkeep(
            property=unit.property,
            unit=unit,
            kind=kind,
            text=text,
            cannot_be_used=closes,
            by=ingrid,
            at=at(today - timedelta(days=9 - 2 * number), 10),
        )
    _risk(today, anders)
    _provider(today, anders)
    _search(today, ingrid)


def _risk(today: date, anders: User) -> None:
    house = Property.objects.exclude(units__type__in=TEMPORARY_TYPES).order_by("sort_name")[3]
    house.stage = PropertyStage.AT_RISK
    house.stage_reason = "Leieavtalen med gårdeieren går ut, og er ikke forlenget."
    house.surroundings = "Rolig gate, fem minutter til butikk og buss."
    house.expectations = "Ro etter klokka 23. Beboerne deler på trappevasken."
    house.contact_name, house.contact_phone = "Anders Foss", "+4775000117"
    actions.change_property(property=house, by=anders, at=at(today, 9))


def _provider(today: date, anders: User) -> None:
    provider = Provider.objects.first()
    if provider is None:
        return
    agreement = QualityAgreement(
        provider=provider,
        reference="Kvalitetsavtale 2025",
        valid=DateRange(add_months(today, -10), add_months(today, 2)),
        standard="Eget rom med lås, rent sengetøy, tilgang til kjøkken og bad.",
        safety="Voksen på vakt hele natten. Ingen alene med barn i fellesrom.",
        responsible=anders,
    )
    agreement.save()
    QualityCheck.objects.create(
        provider=provider,
        checked_on=today - timedelta(days=40),
        checked_by=anders,
        found="Rent og ryddig. Ett rom manglet lås på innsiden.",
        breach="Rom uten lås",
        mend_by=today + timedelta(days=5),
    )


def _search(today: date, ingrid: User) -> None:
    stay = (
        Stay.objects.filter(kind=StayKind.TEMPORARY, period__upper_inf=True)
        .filter(person__last_name="Wrona")
        .select_related("person")
        .first()
    )
    if stay is None:
        return
    began = stay.period.lower
    stay_actions.log_search(
        person=stay.person,
        outcome=SearchOutcome.NONE_FOUND,
        reason="Ringte alle tre stedene. Ingen hadde rom der datteren kan sove over.",
        on=began,
        by=ingrid,
        at=at(began, 15),
    )
    stay_actions.renew_stay(
        stay=stay,
        until=today + timedelta(days=21),
        reason="Venter på toroms. Ingen ledige har plass til datteren.",
        next_step="Saken tas opp i neste tildelingsmøte.",
        responsible=ingrid,
        by=ingrid,
        at=at(today, 9),
    )
