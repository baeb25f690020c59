"""Whatever is issued is whole: random drafts, judged by the law and not by the checks (C12, C13).

Each draft begins complete for a random household and random legal bases, and gets some faults. What
is issued is read again as its letter, its outcomes and its deadline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from casework.appeals import file
from casework.appeals.actions import register_appeal
from casework.letters import letters
from casework.log.enums import AppealBody, LivingArrangement, Outcome, RefusalGround
from casework.models import Letter, Vedtak
from casework.vedtak import actions, completeness
from common.calendar import add_months, next_working_day
from common.formatting import nbdate_long
from tests import factories as f
from tests.casework.vedtak.test_vedtak import REASONING

pytestmark = pytest.mark.django_db

STATE = {"boligsosialloven_6", "sosialtjenesteloven_27"}  # klage to statsforvalteren (law.md)
NEW_HOME = {"kommunal_bolig", "bytte"}
BASES = sorted(STATE | NEW_HOME | {"forlengelse"})
GIVEN = (Outcome.GRANTED, Outcome.PARTLY)
NOTHING = ["", " ", ".", "." * 40, "fordi " * 12, "\u2014 \u2014", "Du får leie kommunal bolig"]
TEXTS = ("facts", "reasoning", "person_view", "best_interests", "help_content", "refused")


@dataclass
class Draft:
    """What a caseworker might send: `texts` and `facts` replace what is complete."""

    bases: dict[str, str]
    ages: list[int]
    texts: dict[str, str]
    faults: set[str]
    relations: list[str] = field(default_factory=list)


@st.composite
def drafts(draw):
    codes = draw(st.lists(st.sampled_from(BASES), min_size=1, max_size=2, unique=True))
    ages = draw(st.lists(st.integers(0, 20), max_size=3))
    return Draft(
        bases={code: draw(st.sampled_from(Outcome.values)) for code in codes},
        ages=ages,
        relations=[draw(st.sampled_from(["barn", "annen"])) for _age in ages],
        texts=draw(st.dictionaries(st.sampled_from(TEXTS), st.sampled_from(NOTHING), max_size=1)),
        faults=draw(
            st.sets(
                st.sampled_from(
                    ["talk", "ground", "dates", "years", "size", "lease", "unanswered", "unsure"]
                ),
                max_size=1,
            )
        ),
    )


def written(draft: Draft) -> Vedtak:
    """The draft as a vedtak, with an address and the rest as the factories make it."""
    household = f.HouseholdFactory(head=f.PersonFactory())
    for age, relation in zip(draft.ages, draft.relations, strict=True):
        f.MemberFactory(
            household=household,
            person=f.PersonFactory(birth_date=add_months(f.today(), -12 * age)),
            relation=relation,
            living=LivingArrangement.VISITING if age % 2 else LivingArrangement.PERMANENT,
        )
    application = f.ApplicationFactory(
        person=household.head, household=household, basis=next(iter(draft.bases)), assessed=True
    )
    application.bases.set([f.basis(code) for code in draft.bases])
    if "lease" not in draft.faults:
        f.LeaseFactory(person=household.head)
    facts = {
        "reasoning": REASONING,
        "best_interests": "Barna vil bli boende nær skolen, og får det.",
        "place": "Solvær gjestehus",
        "bedrooms": 0 if "size" in draft.faults else 5,
        "valid_to": f.today() + timedelta(days=60),
        **{name: text for name, text in draft.texts.items() if name != "refused"},
    }
    if "dates" in draft.faults:
        facts |= {"valid_from": date(1950, 1, 1), "valid_to": date(2199, 12, 31)}
    if "years" in draft.faults:
        facts["lease_years"] = None
    vedtak = f.VedtakFactory(application=application, **facts)
    vedtak.outcomes.all().delete()
    for code, outcome in list(draft.bases.items())[: 1 if "unanswered" in draft.faults else 2]:
        refused = outcome == Outcome.REFUSED and "ground" not in draft.faults
        vedtak.outcomes.create(
            basis=f.basis(code),
            outcome=outcome,
            ground=RefusalGround.CONDITIONS if refused else "",
            refused=draft.texts.get("refused", "Vi dekker ikke lager, fordi du har bod.")
            if outcome == Outcome.PARTLY
            else "",
            valid_to=f.today() + timedelta(days=30) if code == completeness.PLACE_BASIS else None,
        )
    if "talk" in draft.faults:
        application.choice_talks.all().delete()
    content = completeness.contents(vedtak, f.today())
    if "unsure" not in draft.faults:
        asked = completeness.questions(vedtak, f.today(), content)
        vedtak.confirmed = [item.sentence for item in asked]
        vedtak.save()
    return vedtak


def says(text: str) -> bool:
    """A reader's eye: at least three different words."""
    return len(set(re.findall(r"[a-zæøå]{2,}", text.lower()))) >= 3


def check_issued(vedtak: Vedtak, draft: Draft, data: dict) -> None:
    """Judge the issued vedtak by the words the person gets."""
    answered = {row.basis.code: row for row in vedtak.outcomes.select_related("basis")}
    assert set(answered) == set(draft.bases)
    granted = {code for code, row in answered.items() if row.outcome in GIVEN}
    decision, appeal = "\n".join(data["vedtak"]), data["appeal"]
    for code, row in answered.items():
        # Rules that two bases rest on are named once, each with its part of them.
        rules, about, part = row.basis.citation.partition(", om ")
        assert rules in decision
        assert not about or f"om {part}" in decision
        if row.outcome == Outcome.REFUSED and code in NEW_HOME:
            assert row.ground
        if row.outcome == Outcome.PARTLY:
            assert says(row.refused)
            assert row.refused in decision
    for part in ("facts", "rules", "assessment", "own_view"):
        assert says(data[part]), part
    # Every household member under 18 is a child, whatever the relation says.
    if any(age < 18 for age in draft.ages):
        assert says(data["children"])
    if granted:
        assert f.today() - timedelta(days=366) < vedtak.valid_from < vedtak.valid_to
    for code in granted:  # a place for the night ends by itself
        until = answered[code].valid_to or vedtak.valid_to
        assert nbdate_long(until) in decision
    if granted & NEW_HOME:
        assert vedtak.dwelling_type
        assert vedtak.bedrooms is not None
        assert vedtak.lease_years
    if "forlengelse" in granted:
        assert vedtak.application.person.stays.filter(kind="leie").exists()
    if "boligsosialloven_6" in granted:
        assert says(vedtak.help_content)
        assert vedtak.help_content in decision
    if "sosialtjenesteloven_27" in granted:
        assert vedtak.place in decision
    decided = {row.outcome for row in answered.values()} - {Outcome.DISMISSED, Outcome.LAPSED}
    assert not decided or vedtak.application.choice_talks.exists()
    # The instance of each legal basis, and only those.
    assert ("Statsforvalteren" in appeal["instance"]) == bool(set(answered) & STATE)
    assert ("Klagenemnda" in appeal["instance"]) == bool(set(answered) - STATE)
    # Three weeks from the day it is reckoned to have arrived; never on a day off (fvl. §§ 29, 30).
    due = vedtak.appeal_due()
    letter = Letter.objects.get(vedtak=vedtak)
    assert nbdate_long(due) in appeal["deadline"]
    assert due == next_working_day(due) >= vedtak.issued_on + timedelta(weeks=3)
    assert letter.person == vedtak.application.person
    assert bytes(letter.file.content)
    # Each legal basis is appealed by itself, to its own instance, with the letter in the file.
    for code, row in answered.items():
        if row.outcome in (Outcome.DISMISSED, Outcome.LAPSED):
            continue
        appeal = register_appeal(
            vedtak=vedtak,
            outcomes=[row],
            received_on=f.today(),
            words="Jeg er uenig.",
            by=vedtak.drafted_by,
            at=f.now(),
        )
        state, local = AppealBody.STATE, AppealBody.MUNICIPAL
        assert appeal.body == (state if code in STATE else local)
        assert any(letter.title in title for title in file.titles(appeal, f.today()))
    # What was asked about was confirmed, or had no reason to be asked.
    on = vedtak.issued_on
    content = completeness.contents(vedtak, on)
    assert {item.sentence for item in completeness.questions(vedtak, on, content)} <= set(
        vedtak.confirmed
    )


def test_whatever_is_issued_has_every_part_it_must_have(monkeypatch):
    sent: list[dict] = []

    def render(template, data, **kwargs):
        sent.append(data)
        return f.blank_pdf()

    monkeypatch.setattr(letters.pdf, "render", render)
    approver = f.UserFactory(approver=True)
    counts = {"issued": 0, "refused": 0}

    @settings(
        max_examples=30,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(drafts())
    def issue(draft):
        with transaction.atomic():
            vedtak = written(draft)
            try:
                with transaction.atomic():
                    sent_on = actions.submit_vedtak(
                        vedtak=vedtak, approver=approver, by=vedtak.drafted_by, at=f.now()
                    )
                    issued = actions.approve_vedtak(vedtak=sent_on, by=approver, at=f.now())
            except actions.VedtakIncomplete as error:
                counts["refused"] += 1
                assert draft.texts or draft.faults, [item.sentence for item in error.missing]
                assert all(item.field or item.url for item in error.missing)
            else:
                counts["issued"] += 1
                check_issued(issued, draft, sent[-1])
            transaction.set_rollback(True)

    issue()
    # A run that issues or refuses nothing would prove nothing.
    assert min(counts.values()) > 4, counts
