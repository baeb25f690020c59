"""Peers, the people linked to them, and their contacts."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from peers.enums import Channel, LifeDomain, LinkState, Share
from peers.models import Contact, Peer, PeerLink

from . import names
from .lives import Lives, at

GOALS = [
    "Komme meg ut og treffe folk.",
    "Ha noen å gå sammen med på møter.",
    "Få hverdagen til å henge sammen.",
]


def build(lives: Lives) -> None:
    """Add peers and links. One link in three is active; the others ended within about a year."""
    rng, bulk, today = lives.rng, lives.bulk, lives.today
    house = lives.users["units"]["likeperson"].pk
    coordinator = lives.users["kristin"].pk
    peers = [
        bulk.add(
            Peer,
            user_id=user.pk,
            organisation_id=house,
            post_percent=rng.choice([20, 20, 30, 40]),
            capacity=5 if number == 0 else rng.choice([3, 4, 5]),
            birth_year=today.year - rng.randint(30, 58),
            languages=[
                "Norsk",
                *rng.sample(["Engelsk", "Arabisk", "Polsk", "Nordsamisk"], rng.randint(0, 1)),
            ],
            interests=rng.sample(["Tur", "Musikk", "Matlaging", "Fotball", "Fiske"], 2),
            active=DateRange(today - timedelta(days=rng.randint(300, 1000)), None),
        )
        for number, user in enumerate(lives.users["peers"])
    ]
    people = [case.someone for case in lives.waiting] + [
        case.someone for case in lives.moved[-400:]
    ]
    people = people[:: max(1, len(people) // lives.size.links)][: lives.size.links]
    active_count = max(4, len(people) // 3)
    for number, someone in enumerate(people):
        active = number < active_count
        # Silje, the peer among the demo users, has four of the active links.
        index = 0 if number < 4 else rng.randrange(1, len(peers))
        wanted = today - timedelta(days=rng.randint(40, 300) if active else rng.randint(420, 900))
        ended = None if active else wanted + timedelta(days=rng.randint(120, 400))
        link = bulk.add(
            PeerLink,
            person_id=someone.id,
            peer_id=peers[index],
            state=_state(active, number),
            paused_until=today + timedelta(days=20) if active and number % 9 == 8 else None,
            reported_at=at(wanted - timedelta(days=9)),
            reported_by_id=someone.responsible,
            reported_because="Ønsker noen å snakke med som har vært der selv.",
            wanted_on=wanted,
            met_on=wanted + timedelta(days=6),
            ended_on=ended,
            interval_days=rng.choice([7, 7, 14]),
            goal=rng.choice(GOALS),
            call_name=someone.first_name,
            agreed_phone=f"+474{rng.randrange(10_000_000):07d}",
            shares=[Share.COORDINATOR] + ([Share.CASEWORKER] if rng.random() < 0.6 else []),
        )
        _contacts(lives, link, wanted, ended or today, lives.users["peers"][index].pk)
    # Two people who are reported but not linked to a peer yet.
    for case in lives.waiting[-2:]:
        bulk.add(
            PeerLink,
            person_id=case.someone.id,
            state=LinkState.WANTED,
            reported_at=at(today - timedelta(days=4)),
            reported_by_id=coordinator,
            reported_because="Vil ha følge på visning.",
            wanted_on=today - timedelta(days=3),
            call_name=case.someone.first_name,
            goal=rng.choice(GOALS),
            shares=[Share.COORDINATOR],
        )


def _state(active: bool, number: int) -> str:
    if not active:
        return LinkState.ENDED
    return LinkState.PAUSED if number % 9 == 8 else LinkState.LINKED


def _contacts(lives: Lives, link: int, since: date, until: date, by: int) -> None:
    """Add contacts from the last one backwards, so that most links have a recent one."""
    rng, day = lives.rng, until
    for _ in range(lives.size.contacts_per_link):
        day -= timedelta(days=rng.randint(1, 12))
        if day <= since:
            return
        reached = rng.random() < 0.85
        lives.bulk.add(
            Contact,
            link_id=link,
            on=day,
            channel=rng.choice(list(Channel)[:5]),
            reached=reached,
            minutes=rng.choice([15, 30, 60, 120]) if reached else 0,
            domains=rng.sample(list(LifeDomain), rng.randint(0, 2)),
            words=rng.choice(names.CONTACT_WORDS),
            shown_to_person=reached,
            client_id=uuid.UUID(int=rng.getrandbits(128), version=4),
            logged_at=at(day, 17),
            logged_by_id=by,
        )
