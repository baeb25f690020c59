"""The users of the demo and their units. The same named users in every size."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.timezone import get_default_timezone

from accounts.access.actions import (
    confirm_role,
    install_role,
    propose_role,
    refuse_role,
)
from accounts.access_models import needs_confirmation
from accounts.actions import give_role
from accounts.enums import RoleKind, UnitKind
from accounts.models import Municipality, OrganisationUnit, User
from casework.letters.models import AppealBodyAddress
from casework.log.enums import AppealBody

R = RoleKind
FIRST = {"system": 0, "torunn": 1}
UNITS = {
    "nav": ("Nav Solvær", UnitKind.NAV),
    "bolig": ("Boligkontoret", UnitKind.HOUSING_OFFICE),
    "helse": ("Helse- og velferdskontoret", UnitKind.HEALTH_OFFICE),
    "eiendom": ("Solvær eiendom", UnitKind.ESTATE),
    "likeperson": ("A-huset", UnitKind.PEER_ORGANISATION),
}
# username, name, [(role, unit)], sees protected people, what to see as this user
PEOPLE = [
    (
        "ingrid",
        "Ingrid Solbakken",
        [(R.CASEWORKER, "bolig")],
        False,
        "Min dag med frister og varsler, søknader, kartlegging og vedtak.",
    ),
    (
        "marius",
        "Marius Lund",
        [(R.CASEWORKER, "bolig")],
        False,
        "En saksbehandler til, så to kan arbeide samtidig.",
    ),
    (
        "kari",
        "Kari Anne Vik",
        [(R.CASEWORKER, "nav")],
        False,
        "Nav: midlertidig botilbud etter § 27.",
    ),
    (
        "marit",
        "Marit Hovland",
        [(R.APPROVER, "bolig"), (R.CHAIR, "bolig")],
        False,
        "Godkjenner vedtak og leder tildelingsmøtet.",
    ),
    (
        "sigrid",
        "Sigrid Aas",
        [(R.CASEWORKER, "bolig"), (R.APPROVER, "bolig")],
        True,
        "Har tilgang til personer med beskyttet adresse.",
    ),
    (
        "lise",
        "Lise Dahl",
        [(R.CASEWORKER, "helse")],
        False,
        "Helse- og velferdskontoret: kartlegging og uttalelser.",
    ),
    (
        "anders",
        "Anders Foss",
        [(R.STOCK_MANAGER, "eiendom")],
        False,
        "Boligmassen: boliger, import og ledige boliger, uten personsaker.",
    ),
    (
        "torunn",
        "Torunn Bakke",
        [(R.MANAGER, "bolig")],
        False,
        "Oversikten: venteliste, ventetid og midlertidig bolig.",
    ),
    (
        "kristin",
        "Kristin Nyhus",
        [(R.PEER_COORDINATOR, "likeperson")],
        False,
        "Kobler likepersoner til dem som ønsker det.",
    ),
    (
        "silje",
        "Silje Nordbø",
        [(R.PEER, "likeperson")],
        False,
        "Likeperson: logger kontakt på telefonen.",
    ),
    (
        "personvern",
        "Gunnar Myhre",
        [(R.PRIVACY_OFFICER, "bolig")],
        False,
        "Leseloggen: hvem har sett hvilken sak.",
    ),
    (
        "system",
        "Rita Lunde",
        [(R.SYSTEM_ADMIN, "bolig")],
        False,
        "Brukere, roller og innstillinger, uten personopplysninger.",
    ),
]


def _give(
    created: dict,
    user: User,
    kind: str,
    unit: OrganisationUnit,
    since: DateRange,
    protected: bool,
    at: datetime,
) -> None:
    """Give the role as it is given in Varig: proposed by one, confirmed by another."""
    if user.username in FIRST:
        install_role(user=user, unit=unit, kind=kind, at=at)
        return
    facts = {
        "user": user,
        "unit": unit,
        "kind": kind,
        "period": since,
        "by": created["system"],
        "at": at,
        "protected_access": protected,
        "shielded_access": False,
    }
    if not needs_confirmation(kind, protected_access=protected, shielded_access=False):
        give_role(**facts)
        return
    confirm_role(proposal=propose_role(**facts), by=created["torunn"], at=at)


def propose_waiting(created: dict, today: date) -> None:
    """A role proposed yesterday, which the manager finds on Min dag; and one refused."""
    now = datetime.combine(today, time(9), tzinfo=get_default_timezone())
    facts = {"period": DateRange(today, None), "by": created["system"]}
    ask = {
        "unit": created["units"]["bolig"],
        "kind": R.CASEWORKER,
        "user": created["lise"],
        "protected_access": True,
        "shielded_access": False,
    }
    refused = propose_role(**facts, **ask, at=now - timedelta(days=9))
    refuse_role(
        proposal=refused,
        by=created["personvern"],
        at=now - timedelta(days=8),
        reason="To i kommunen har denne tilgangen fra før. Det holder.",
    )
    ask |= {"kind": R.APPROVER, "user": created["kari"], "protected_access": False}
    propose_role(**facts, **ask, at=now - timedelta(days=1))


NAMED = {row[0] for row in PEOPLE}


def build(today: date, *, caseworkers: int, peers: int, names: list[str]) -> dict[str, list]:
    """Create units, users and roles. Returns them by user name and kind, for other builders.

    `names` are for caseworkers and peers in addition to the named ones.
    """
    here = Municipality.objects.get()
    here.name, here.number, here.address = "Solvær kommune", "9999", "Torget 1, 9990 Solvær"
    here.save()
    units = {
        key: OrganisationUnit.objects.create(
            name=name, kind=kind, phone="75 00 00 00", address="Torget 1, 9990 Solvær"
        )
        for key, (name, kind) in UNITS.items()
    }
    since = DateRange(today - timedelta(days=1200), None)
    created: dict[str, list] = {"units": units, "caseworkers": [], "approvers": [], "peers": []}

    at = datetime.combine(since.lower, time(9), tzinfo=get_default_timezone())

    def create(username: str, name: str, roles: list, protected: bool = False) -> User:
        email = f"{username}@solvaer.example" if username in NAMED else ""
        user = User(username=username, full_name=name, email=email, date_joined=at)
        user.set_unusable_password()
        user.save()
        for kind, unit in roles:
            _give(created, user, kind, units[unit], since, protected, at)
        return user

    # The administrator and the first manager are the installation's; they give the rest.
    people = sorted(PEOPLE, key=lambda row: FIRST.get(row[0], len(FIRST)))
    for username, name, roles, protected, _what in people:
        user = create(username, name, roles, protected)
        created[username] = user
        kinds = {kind for kind, _unit in roles}
        if kinds == {R.CASEWORKER}:
            created["caseworkers"].append(user)
        if R.APPROVER in kinds:
            created["approvers"].append(user)
        if R.PEER in kinds:
            created["peers"].append(user)
    AppealBodyAddress.objects.create(
        body=AppealBody.STATE,
        name="Statsforvalteren i Solvær",
        name_nn="Statsforvaltaren i Solvær",
        address="Postboks 99, 9990 Solvær",
        municipality_number=here.number,
        checked_at=datetime.combine(since.lower, time(9), tzinfo=get_default_timezone()),
        checked_by=created["torunn"],
    )
    names = iter(names)
    for number in range(len(created["caseworkers"]), caseworkers):
        unit = "nav" if number % 3 == 0 else "bolig"
        user = create(f"saksbehandler{number}", next(names), [(R.CASEWORKER, unit)])
        created["caseworkers"].append(user)
    for number in range(len(created["peers"]), peers):
        created["peers"].append(
            create(f"likeperson{number}", next(names), [(R.PEER, "likeperson")])
        )
    return created
