"""The number of rows of each kind in each size (figures.md)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoSize:
    """Counts today, except `refusals`, `renewals` and `appeals`, which are per year."""

    dwellings: int
    waiting: int
    temporary: int
    long_temporary: int  # of `temporary`, over 90 days
    families_temporary: int  # of `temporary`, with children
    past_temporary: int  # temporary stays in the three years that have ended
    pending: int  # applications not decided yet
    refusals: int
    renewals: int
    appeals: int
    peers: int
    links: int
    caseworkers: int
    notes_per_person: float
    careers: float  # share of tenants (0-1) whose previous home is known
    contacts_per_link: int
    children: bool
    meetings: int
    letters: int  # vedtak letters made as real PDF


SIZES = {
    "solvaer": DemoSize(
        dwellings=1600,
        waiting=140,
        temporary=55,
        long_temporary=12,
        families_temporary=4,
        past_temporary=1250,
        pending=31,
        refusals=181,
        renewals=110,
        appeals=30,
        peers=12,
        links=29,
        caseworkers=8,
        notes_per_person=1.2,
        careers=0.5,
        contacts_per_link=18,
        children=True,
        meetings=45,
        letters=12,
    ),
    "city": DemoSize(
        dwellings=12_000,
        waiting=10_000,
        temporary=900,
        long_temporary=250,
        families_temporary=60,
        past_temporary=9000,
        pending=900,
        refusals=1300,
        renewals=900,
        appeals=220,
        peers=60,
        links=220,
        caseworkers=60,
        notes_per_person=1.5,
        careers=0.5,
        contacts_per_link=20,
        children=True,
        meetings=45,
        letters=12,
    ),
    "country": DemoSize(
        dwellings=120_000,
        waiting=20_000,
        temporary=20_000,
        long_temporary=5000,
        families_temporary=1200,
        past_temporary=40_000,
        pending=3000,
        refusals=4000,
        renewals=3000,
        appeals=800,
        peers=600,
        links=4000,
        caseworkers=300,
        notes_per_person=4.8,
        careers=0.45,
        contacts_per_link=40,
        children=False,
        meetings=45,
        letters=12,
    ),
}
