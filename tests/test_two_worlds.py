"""What is hidden changes nothing: two worlds that differ only in it answer alike, byte by byte.

The canary (test_canary.py) looks for what is said; this looks for what is missing. In one world
there are hidden people: one for each kind of protection, each a tenant, a guest for the night, a
candidate with an offer, chosen in a meeting; and visible parents with a hidden child or partner.
Every URL × role × format of it is compared with a world in which nothing is hidden:

- pages of homes (`HOMES`) and the statistics: the same people are ordinary, and not the reader's;
- pages of meetings (`MEETINGS`): the homes they got are held, and nobody was chosen for them;
- every other page: they were never there.

A reader who sees one kind of protection is compared over the people of the other kind (needs S3,
S4; docs/adr/0017).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, zip_longest
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts.enums import CASE_ROLES, RoleKind
from accounts.models import User
from allocation import minutes
from allocation.enums import ItemOutcome
from allocation.models import AgendaItem, Consideration
from casework.log.enums import Protection, RepresentativeKind
from casework.models import Person
from housing.enums import TEMPORARY_TYPES
from housing.models import Property, Unit
from tests import factories as f
from tests.factories_leases import ReservationFactory, RiskFactory
from tests.test_urls import ours
from tests.urls_table import TABLE, samples

FIRST, LAST = "Zefyrina", "Kvernhusvikstad"
STRICT = {"protection": Protection.STRICTLY}
CONFIDENTIAL = {"protection": Protection.CONFIDENTIAL}
SHIELDED = {"shielded": True}
ORDINARY = {"protection": Protection.NONE, "shielded": False}

# Pages of homes, with their forms and files, and the statistics, which count everybody.
HOMES = re.compile(
    r"^(housing:|desk:(units?|properties|property|voids|milieu)$|stays:tonight(_at)?$|"
    r"insight:|accounts:import|stays:stay_change$)"
)
# Of these, the pages of what is ordinary: they list homes, and are themselves of a person.
OF_A_PERSON = {"stays:stay_change"}
MEETINGS = re.compile(r"^allocation:(meeting|item|minutes)")
MOST_VIEWS = 6  # filters, sorts and pages followed from one list


@dataclass(frozen=True)
class Asked:
    """One request: of the URL named `name`, as a GET, or a POST with `data`."""

    name: str
    url: str
    data: tuple[tuple[str, Any], ...] | None = None

    def __str__(self) -> str:
        return f"{self.name} {'GET' if self.data is None else 'POST'} {self.url}"


@dataclass
class World:
    """The hidden people (`persons` by key), what is theirs, and the requests that aim at them."""

    persons: dict[int, dict[str, Any]] = field(default_factory=dict)
    theirs: list[SimpleNamespace] = field(default_factory=list)
    tenants: list[SimpleNamespace] = field(default_factory=list)
    meeting: Any = None


# ------------------------------------------------------------------ the worlds


def hide(world: World, made: SimpleNamespace, how: dict[str, Any], number: int) -> None:
    """Add somebody hidden `how`, who is in every list, and what is theirs."""
    house, home = made.houses[number - 1], Homes(made.houses[number - 1])
    person = f.PersonFactory(first_name=FIRST, last_name=f"{LAST} {number}", **how)
    world.persons[person.pk] = how
    theirs = SimpleNamespace(**vars(made))
    theirs.person, theirs.parent = person, person
    household = f.HouseholdFactory(head=person)
    theirs.application = f.ApplicationFactory(person=person, household=household, granted=True)
    theirs.assessment = theirs.application.assessments.first()
    theirs.vedtak = theirs.application.decision
    theirs.letter = theirs.vedtak.letter
    theirs.open_application = f.ApplicationFactory(
        person=person, household=household, assessed=True
    )
    theirs.draft = f.VedtakFactory(application=theirs.open_application)
    theirs.representative = f.RepresentativeFactory(
        person=person, kind=RepresentativeKind.SPOKESPERSON
    )
    f.WishFactory(person=person)
    theirs.note = f.NoteFactory(person=person)
    theirs.flag = f.FlagFactory(person=person, application=theirs.application)
    theirs.service = f.ServiceFactory(person=person)
    # A guest for the night, and another who has a lease that ends, in arrears.
    theirs.stay = f.StayFactory(person=person, unit=home(guests=True, days=100), days_ago=100)
    theirs.stay_place = house
    tenant = f.PersonFactory(first_name=FIRST, last_name=f"{LAST} L{number}", **how)
    world.persons[tenant.pk] = how
    let = f.StayFactory(person=tenant, lease=True, unit=home(days=700), days_ago=400)
    theirs.lease = f.LeaseFactory(stay=let, person=tenant, unit=let.unit, expires_on=f.today())
    theirs.risk = RiskFactory(lease=theirs.lease)
    theirs.unit, theirs.property = let.unit, house
    f.StayFactory(person=tenant, lease=True, unit=let.unit, days_ago=700, days=100)
    # An offer, a hold, and a choice of a meeting with an ordinary candidate beside it.
    offered = f.ApplicationFactory(person=person, household=household, granted=True)
    theirs.offer = f.OfferFactory(application=offered, unit=home())
    held = f.ApplicationFactory(person=tenant, assessed=True)
    theirs.reservation = ReservationFactory(application=held, unit=home())
    item = f.AgendaItemFactory(meeting=world.meeting, unit=home(), order=number, decided=True)
    f.ConsiderationFactory(item=item, application=theirs.application, chosen=True)
    f.ConsiderationFactory(item=item, application=made.open_application, chosen=False)
    theirs.meeting, theirs.item = world.meeting, item
    theirs.wanted_link = f.PeerLinkFactory(person=person, wanted=True)
    theirs.link = f.PeerLinkFactory(person=tenant, linked=True, peer=made.peers[number - 1])
    world.theirs.append(theirs)
    world.tenants.append(theirs)


def hide_beside(world: World, made: SimpleNamespace, how: dict[str, Any], number: int) -> None:
    """Add a visible parent whose child is hidden, and one whose partner is."""
    for kind in ("barn", "partner"):
        member = f.PersonFactory(first_name=FIRST, last_name=LAST, child=kind == "barn", **how)
        world.persons[member.pk] = how
        parent = f.PersonFactory(first_name="Synlig", last_name=f"Forelder {kind} {number}")
        household = f.HouseholdFactory(head=parent)
        f.MemberFactory(
            household=household,
            person=member,
            relation="barn" if kind == "barn" else "ektefelle",
        )
        theirs = SimpleNamespace(**vars(made))
        theirs.person = theirs.parent = parent
        theirs.application = f.ApplicationFactory(person=parent, household=household, granted=True)
        theirs.assessment = theirs.application.assessments.first()
        theirs.vedtak = theirs.application.decision
        theirs.letter = theirs.vedtak.letter
        theirs.open_application = f.ApplicationFactory(
            person=parent, household=household, assessed=True
        )
        theirs.draft = f.VedtakFactory(application=theirs.open_application)
        theirs.flag = f.FlagFactory(person=parent, application=theirs.application)
        house = made.houses[2 + 2 * number - (kind == "barn")]
        unit = Homes(house)(guests=True, days=100)
        theirs.stay = f.StayFactory(person=parent, unit=unit, days_ago=100)
        theirs.stay_place = theirs.property = house
        theirs.unit = unit
        world.theirs.append(theirs)


def hidden_world(
    made: SimpleNamespace, kinds: Iterable[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> World:
    """The base with hidden people. Users, units and homes are those of the base: what a list of
    those shows would differ between the worlds without telling of anybody hidden."""
    world = World(meeting=made.held_in)
    turn = count()

    def staff(_cls: Any, *_args: Any, **kwargs: Any) -> User:
        having = made.staff[kwargs.get("role") or RoleKind.CASEWORKER]
        return having[next(turn) % len(having)]

    with monkeypatch.context() as patch:
        patch.setattr(f.UserFactory, "_create", classmethod(staff))
        patch.setattr(f.OrganisationUnitFactory, "_create", classmethod(lambda *a, **k: made.at))
        for number, how in enumerate(kinds, start=1):
            hide(world, made, how, number)
            hide_beside(world, made, how, number)
    return world


class Homes:
    """Takes the homes of a house into use, one after the other."""

    def __init__(self, house: Property) -> None:
        self.house, self.left = house, list(house.units.order_by("pk"))

    def __call__(self, *, guests: bool = False, days: int = 1) -> Unit:
        unit = next(u for u in self.left if (u.type in TEMPORARY_TYPES) == guests)
        self.left.remove(unit)
        unit.in_use = f.since(f.days_ago(days))
        unit.save()
        return unit


def reveal(world: World) -> None:
    """The same people are ordinary."""
    Person.objects.filter(pk__in=world.persons).update(**ORDINARY)


def hold_instead(world: World) -> None:
    """The homes the hidden people got in the meeting are held, and nobody was chosen for them."""
    items = AgendaItem.objects.filter(meeting=world.meeting)
    Consideration.objects.filter(item__in=items, chosen=True).delete()
    items.update(outcome=getattr(ItemOutcome, "HELD", ItemOutcome.POSTPONED))


@contextmanager
def undone() -> Iterator[None]:
    """Nothing that is done inside is left."""
    cache.clear()
    sid = transaction.savepoint()
    try:
        yield
    finally:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(sid)
        cache.clear()


# ------------------------------------------------------------------ what is asked


def requests(world: World, made: SimpleNamespace, turn: int) -> list[Asked]:
    """Every URL for what is ordinary and what is theirs, and requests that aim at the hidden.

    Of what is theirs, the URLs of one kind of protection, the `turn`th: the lists have all.
    """
    kind = turn % len(world.tenants)
    three = world.theirs[3 * kind : 3 * kind + 3]
    asked: dict[Asked, None] = {}
    for name in sorted(set(TABLE) & ours()):
        row = TABLE[name]
        data = tuple(row.data.items()) if row.post else None
        for samples_of in (*(() if name in OF_A_PERSON else three), made):
            asked[Asked(name, row.url(name, samples_of), data)] = None
    one = three[0]
    number, case = one.person.national_id, one.application.case_number
    for text in ("Zefyrina", "kvernhus", "Skjulveien", number, case):
        asked[Asked("desk:search", f"/sok/?q={text}")] = None
    lists = ("/personer/", "/soknader/", "/venteliste/", "/klager/", "/boliger/")
    for url, name in zip(
        lists,
        ("desk:persons", "casework:applications", "allocation:waiting_list", "casework:appeals",
         "desk:units"),
        strict=True,
    ):  # fmt: skip
        asked[Asked(name, f"{url}?q=Kvernhus")] = None
    return list(asked)


def aimed(world: World) -> list[Asked]:
    """Forms about homes, sent with the homes of the hidden people."""
    on = f"{timezone.localdate():%d.%m.%Y}"
    closing = (("cause", "reparasjon"), ("from", on), ("since", on))
    asked = []
    for theirs in world.tenants:
        for unit in theirs.property.units.exclude(in_use__isempty=True).order_by("pk"):
            asked += [
                Asked("desk:unit", f"/boliger/{unit.pk}/"),
                Asked("housing:out_of_use_new", f"/boliger/{unit.pk}/ute-av-bruk/", closing),
            ]
    return asked


# ------------------------------------------------------------------ what is answered

# Random: the CSRF token, ids of forms, and the signed draft that carries one.
RANDOM = re.compile(
    r'(?<=csrfmiddlewaretoken" value=")[^"]*|(?<="X-CSRFToken": ")[^"]+'
    r'|(?<=name="draft" value=")[^"]*|nonce="[^"]*'
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
HEADERS_DIFFER = {"X-Request-ID", "Content-Length", "Set-Cookie", "Vary", "Content-Security-Policy"}
# The frame of the page, with its counts; compared where the hidden people never were.
FRAME = re.compile(r"<body.*?<main", re.DOTALL)
LINK = re.compile(r"""(?:href|hx-get)=["'](\?[^"'#]+)["']""")


def text_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    if "pdf" in kind and b"startxref" in content:
        pages = PdfReader(io.BytesIO(content)).pages
        return "\n".join(page.extract_text() for page in pages)
    if "openxmlformats" in kind or "zip" in kind:
        files = zipfile.ZipFile(io.BytesIO(content))
        return "\n".join(repr(files.read(name)) for name in files.namelist())
    return content.decode("utf-8", "replace")


def answer(client: Client, one: Asked) -> tuple[str, str]:
    """Status, headers and body of the response, without what is random; and the body."""
    with undone():
        posted = one.data is not None
        response = client.post(one.url, dict(one.data or ())) if posted else client.get(one.url)
        body = text_of(response)
    headers = [f"{k}: {v}" for k, v in response.headers.items() if k not in HEADERS_DIFFER]
    if posted:  # the id of a row made now
        headers = [re.sub(r"\d+", "·", each) for each in headers]
    whole = "\n".join([str(response.status_code), *headers, body])
    return RANDOM.sub("·", whole), body


def crawl(client: Client, asked: Iterable[Asked], *, follow: bool = False) -> dict[Asked, str]:
    """The answers; with `follow`, also of the filters, sorts and pages each list links to."""
    answers: dict[Asked, str] = {}
    for one in asked:
        answers[one], body = answer(client, one)
        if follow and one.data is None and not TABLE[one.name].args and "?" not in one.url:
            views = dict.fromkeys(LINK.findall(body))
            for link in list(views)[:MOST_VIEWS]:
                view = Asked(one.name, one.url + link.replace("&amp;", "&"))
                if view not in answers:
                    answers[view] = answer(client, view)[0]
    return answers


def differences(
    role: str, hidden: dict[Asked, str], other: dict[Asked, str], world: str, *, menu: bool
) -> list[str]:
    wrong = []
    for one, said in hidden.items():
        there = other[one]
        if not menu:
            said, there = FRAME.sub("", said), FRAME.sub("", there)
        if said == there:
            continue
        lines = zip_longest(said.splitlines(), there.splitlines(), fillvalue="")
        pairs = ((was.strip()[:150], now.strip()[:150]) for was, now in lines if was != now)
        was, now = next(((a, b) for a, b in pairs if a != b), ("", ""))
        wrong.append(f"{role}, {one}: «{was}», but «{now}» where {world}")
    return wrong


# ------------------------------------------------------------------ the test

READERS = [
    *((role, False, False) for role in RoleKind),
    (RoleKind.CASEWORKER, True, False),
    (RoleKind.CASEWORKER, False, True),
]


@pytest.fixture
def made(db) -> SimpleNamespace:
    made = samples()
    made.held_in = f.MeetingFactory(open=True)
    made.at = made.held_in.unit
    made.staff = {role: [f.UserFactory(role=role) for _ in range(3)] for role in RoleKind}
    made.peers = [f.PeerFactory() for _ in range(3)]
    made.houses = [
        f.PropertyFactory(area=f.AreaFactory(), name=f"Skjulveien {number}")
        for number in range(1, 10)
    ]
    unused = DateRange(empty=True)
    for house in made.houses:
        for _n in range(6):
            f.UnitFactory(property=house, in_use=unused)
        f.UnitFactory(property=house, temporary=True, in_use=unused)
    return made


@pytest.mark.long
@pytest.mark.parametrize(
    ("role", "protected", "shielded"), READERS, ids=lambda value: str(value).lower()
)
def test_what_is_hidden_changes_nothing(made, login, monkeypatch, role, protected, shielded):
    kinds = [*([] if protected else [STRICT, CONFIDENTIAL]), *([] if shielded else [SHIELDED])]
    client = login(role, sees_protected=protected, sees_shielded=shielded)
    client.raise_request_exception = False
    at = datetime.now(tz=ZoneInfo("Europe/Oslo"))
    with time_machine.travel(at, tick=False):
        client.get("/")  # the session is there in all worlds
        with undone():
            world = hidden_world(made, kinds, monkeypatch)
            asked = requests(world, made, READERS.index((role, protected, shielded)))
            home_pages = [one for one in asked if HOMES.match(one.name)]
            home_pages += aimed(world) if role in (*CASE_ROLES, RoleKind.STOCK_MANAGER) else []
            meetings = [one for one in asked if MEETINGS.match(one.name)]
            people = [one for one in asked if one not in {*home_pages, *meetings}]
            follow = role in CASE_ROLES or role == RoleKind.STOCK_MANAGER
            hidden = [
                crawl(client, pages, follow=follow) for pages in (home_pages, meetings, people)
            ]
            with undone():
                reveal(world)
                ordinary = crawl(client, hidden[0])
            with undone():
                hold_instead(world)
                held = crawl(client, hidden[1])
        never = crawl(client, hidden[2])
    wrong = [
        *differences(role, hidden[0], ordinary, "they are ordinary", menu=False),
        *differences(role, hidden[1], held, "the homes are held", menu=False),
        *differences(role, hidden[2], never, "they never were", menu=True),
    ]
    compared = sum(map(len, hidden))
    print(f"{role}: {compared} pairs compared, {len(wrong)} differ")
    assert compared > 100
    assert not wrong, f"{len(wrong)} of {compared} pairs differ:\n" + "\n".join(wrong)


def test_printed_minutes_name_a_home_to_a_hidden_person_as_one_that_is_held(made, monkeypatch):
    world = hidden_world(made, [STRICT, CONFIDENTIAL, SHIELDED], monkeypatch)
    at = timezone.now()

    def printed() -> str:
        pages = PdfReader(io.BytesIO(minutes.print_minutes(world.meeting, at))).pages
        return "\n".join(page.extract_text() for page in pages)

    hidden = printed()
    hold_instead(world)
    assert hidden == printed()
    assert all(f"Skjulveien {number}" in hidden for number in (1, 2, 3))
