"""Each legal basis of a vedtak lives by itself: appealed, reversed and forwarded (ADR 14)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from allocation import ranking
from casework.appeals import actions as appeals
from casework.appeals import letters as appeal_letters
from casework.log.enums import (
    AppealState,
    FlagKind,
    Outcome,
    RefusalGround,
    ReversalGround,
    VedtakState,
)
from casework.models import Appeal, Flag, Vedtak
from casework.vedtak import actions, completeness
from casework.vedtak import letter as vedtak_letter
from common.formatting import nbdate_long
from desk.record import applications_of, current_case
from stays.leases.date_flags import GRANT
from tests import factories as f
from tests.readings import sign

pytestmark = pytest.mark.django_db
WHY = "Vi har sett på saken på nytt. Legen skriver at hjelpen må begynne nå, og det veier tyngst."
HOME, HELP, PLACE = "kommunal_bolig", "boligsosialloven_6", "sosialtjenesteloven_27"


def decided(*codes: str, outcome: str = Outcome.GRANTED, **facts) -> Vedtak:
    """An issued vedtak on several legal bases; `facts` may hold an outcome for a code."""
    application = f.ApplicationFactory(assessed=True, basis=codes[0])
    application.bases.add(*[f.basis(code) for code in codes[1:]])
    outcomes = {code: facts.pop(code) for code in codes if code in facts}
    vedtak = f.VedtakFactory(application=application, outcome=outcome, **facts)
    for code, own in outcomes.items():
        ground = RefusalGround.CONDITIONS if own == Outcome.REFUSED else ""
        vedtak.outcomes.filter(basis__code=code).update(outcome=own, ground=ground)
    approver = f.UserFactory(approver=True)
    Vedtak.objects.filter(pk=vedtak.pk).update(
        state=VedtakState.ISSUED,
        approver=approver,
        issued_by=approver,
        issued_at=f.now() - timedelta(days=5),
        issued_on=f.days_ago(5),
        appeal_weeks=3,
        arrives_on=f.days_ago(2),
    )
    application.state = "avgjort"
    application.save(update_fields=["state"])
    f.LetterFactory(vedtak=vedtak, application=application)
    return Vedtak.objects.get(pk=vedtak.pk)


def outcome_of(vedtak: Vedtak, code: str):
    return vedtak.outcomes.select_related("basis", "vedtak").get(basis__code=code)


def waits(vedtak: Vedtak) -> bool:
    return vedtak.pk in {entry.vedtak_id for entry in ranking.waiting(f.today())}


def finish(draft: Vedtak, outcome: str, ground: str = "") -> Vedtak:
    """Write the draft and issue it, by whoever drafted it and an approver."""
    bases = [f.basis(code) for code in codes_of(draft)]
    actions.save_draft(
        vedtak=draft,
        facts={
            "facts": "Legen har skrevet en erklæring, datert i forrige uke.",
            "reasoning": WHY,
            "person_view": "Jeg vil ha hjelpen så snart det går.",
            "valid_to": f.today() + timedelta(days=90),
        },
        outcomes=dict.fromkeys(bases, (outcome, ground)),
        by=draft.drafted_by,
        at=f.now(),
    )
    approver = f.UserFactory(approver=True)
    actions.submit_vedtak(vedtak=draft, approver=approver, by=draft.drafted_by, at=f.now())
    return actions.approve_vedtak(vedtak=draft, by=approver, at=f.now())


def codes_of(draft: Vedtak) -> list[str]:
    return [basis.code for basis in completeness.contents(draft, f.today()).bases]


def appeal_about(vedtak: Vedtak, code: str, client) -> Appeal:
    answer = client.post(
        reverse("casework:appeal_new", args=[vedtak.pk]),
        {
            "words": "Uenig.",
            "received_on": f"{f.today():%d.%m.%Y}",
            "outcomes": [outcome_of(vedtak, code).pk],
        },
    )
    assert answer.status_code == 302, answer.text
    return Appeal.objects.order_by("pk").last()


def test_reversing_one_basis_leaves_the_other_its_dates_and_its_appeal(login):
    vedtak = decided(HOME, HELP, PLACE, place="Fjordgløtt", **{HELP: "avslag", PLACE: "avslag"})
    dates = vedtak.valid_from, vedtak.valid_to
    client = login("saksbehandler")
    help_appeal, place_appeal = (appeal_about(vedtak, code, client) for code in (HELP, PLACE))
    # One open appeal for each basis, though both go to Statsforvalteren.
    assert help_appeal.body == place_appeal.body
    page = client.post(
        reverse("casework:appeal_new", args=[vedtak.pk]),
        {
            "words": "Igjen.",
            "received_on": f"{f.today():%d.%m.%Y}",
            "outcomes": [outcome_of(vedtak, HELP).pk],
        },
    ).text
    assert "Det er allerede en klage på «Boligsosialloven § 6" in page
    with pytest.raises(IntegrityError, match="appeal_one_open"), transaction.atomic():
        f.AppealFactory(vedtak=vedtak, outcomes=[outcome_of(vedtak, HELP)])
    for appeal in (help_appeal, place_appeal):
        reviewer = f.UserFactory(caseworker=True)
        appeals.assign_appeal(appeal=appeal, reviewer=reviewer, by=reviewer, at=f.now())
        appeal.refresh_from_db()
    # Its papers speak of it alone.
    assert [basis.code for basis in help_appeal.bases] == [HELP]
    facts = dict(appeal_letters.facts(help_appeal, "nb"))
    assert "§ 27" not in facts["Hjemmel"] and "§ 6" in facts["Hjemmel"]

    reverse_url = reverse("casework:appeal_reverse", args=[help_appeal.pk])
    sign(login(user=help_appeal.reviewer), reverse_url, {"reason": WHY})
    draft = Vedtak.objects.latest("pk")
    assert codes_of(draft) == [HELP]
    # Until it is issued, all of the old stands.
    assert vedtak.outcomes.standing().count() == 3 and waits(vedtak)
    new = finish(draft, Outcome.GRANTED)

    vedtak.refresh_from_db()
    assert vedtak.is_issued and (vedtak.valid_from, vedtak.valid_to) == dates
    assert {row.basis.code for row in vedtak.outcomes.standing()} == {HOME, PLACE}
    replaced = outcome_of(vedtak, HELP)
    assert (replaced.replaced_by, replaced.replaced_on) == (new, f.today())
    letter = vedtak_letter.letter_data(new, completeness.contents(new, f.today()), f.today())
    assert "den delen av vedtaket vårt" in letter["vedtak"][0]
    help_appeal.refresh_from_db()
    place_appeal.refresh_from_db()
    assert (help_appeal.state, place_appeal.state) == (AppealState.REVERSED, AppealState.REVIEWING)
    # The case still waits, by the vedtak that granted the home.
    assert waits(vedtak)
    page = client.get(reverse("casework:vedtak", args=[vedtak.pk])).text
    assert f"Erstattet {f.today():%d.%m.%Y}" in page and "er erstattet av et nytt" not in page
    # The other appeal goes on to the appeals body by itself.
    place_appeal = appeals.forward(
        appeal=place_appeal, review=WHY, by=place_appeal.reviewer, at=f.now()
    )
    assert [basis.code for basis in place_appeal.bases] == [PLACE]


def test_a_vedtak_is_replaced_when_all_its_outcomes_are():
    vedtak = decided(HOME, HELP)
    for code, outcome in ((HELP, Outcome.LAPSED), (HOME, Outcome.LAPSED)):
        draft = actions.draft_vedtak(
            application=vedtak.application,
            changes=[outcome_of(vedtak, code)],
            reversal_ground="endret",
            by=vedtak.drafted_by,
            at=f.now(),
        )
        draft.reversal_reason, draft.to_harm = WHY, False
        draft.save()
        new = finish(draft, outcome)
        vedtak.refresh_from_db()
        assert new.replaces == vedtak
        assert vedtak.is_replaced == (code == HOME)
        # The waiting list, and the person's page, ask for what stands and not for the newest.
        assert waits(vedtak) == (code == HELP)
        case = applications_of(vedtak.application.person)
        shown = current_case(case, [], new.issued_by, f.today())
        assert (shown.vedtak == vedtak) == (code == HELP)
        assert len(shown.outcomes) == 2
    assert not Vedtak.objects.granted().filter(application=vedtak.application).exists()


def test_a_place_to_stay_has_its_own_days(client):
    vedtak = f.VedtakFactory(
        application=f.ApplicationFactory(assessed=True), reasoning=WHY, place="Fjordgløtt"
    )
    place = f.basis(PLACE)
    vedtak.application.bases.add(place)
    client.force_login(vedtak.drafted_by)
    url = reverse("casework:vedtak", args=[vedtak.pk])
    assert "Stedet gjelder til" in client.get(url).text
    until, year = f.today() + timedelta(days=20), f.today() + timedelta(days=360)
    home = vedtak.application.bases.get(code=HOME)
    data = {
        "language": "nb", "dwelling_type": "kommunal", "bedrooms": "1", "lease_years": "3",
        "place": "Fjordgløtt", "facts": "Du bor hos en venn i dag.",
        "rules": "Retningslinjene for tildeling.",
        "reasoning": WHY, "person_view": "Jeg vil ha egen dør.",
        "valid_from": f"{f.today():%d.%m.%Y}", "valid_to": f"{year:%d.%m.%Y}",
        f"outcome_{home.pk}": "innvilget", f"outcome_{place.pk}": "innvilget",
    }  # fmt: skip
    client.post(url, data)
    vedtak.refresh_from_db()
    gaps = completeness.missing(vedtak, f.today())
    assert [gap.field for gap in gaps] == [f"to_{place.pk}"]
    wrong = client.post(
        url, data | {f"to_{place.pk}": "01.01.2020", f"from_{place.pk}": "02.01.2020"}
    )
    assert "etter at det begynner å gjelde" in wrong.text and 'value="01.01.2020"' in wrong.text
    client.post(url, data | {f"to_{place.pk}": f"{until:%d.%m.%Y}"})
    row = outcome_of(vedtak, PLACE)
    assert (row.first_day, row.last_day) == (f.today(), until)
    assert outcome_of(vedtak, HOME).last_day == year
    content = completeness.contents(vedtak, f.today())
    text = vedtak_letter.letter_data(vedtak, content, f.today())["vedtak"][0]
    assert f"Du kan bo der fra {nbdate_long(f.today())} til og med {nbdate_long(until)}." in text
    in_force = f"For boligen gjelder vedtaket fra {nbdate_long(f.today())} til og med "
    assert f"{in_force}{nbdate_long(year)}." in text
    approver = f.UserFactory(approver=True)
    actions.submit_vedtak(vedtak=vedtak, approver=approver, by=vedtak.drafted_by, at=f.now())
    actions.approve_vedtak(vedtak=vedtak, by=approver, at=f.now())
    vedtak.refresh_from_db()
    # Each is warned of by itself: the place while the person is there, the home until it is found.
    f.StayFactory(person=vedtak.application.person, days_ago=2)
    GRANT.run(until)
    assert [flag.due_on for flag in Flag.objects.filter(kind=FlagKind.GRANT)] == [until]
    assert waits(vedtak)


# ------------------------------------------------------------------ what is appealed


def test_new_vedtak_does_not_go_round_an_open_klage(login):
    """«Nytt vedtak» in a decided case changes nothing the appeals body has."""
    vedtak = decided(HOME, HELP, **{HELP: Outcome.REFUSED})
    appeal = f.AppealFactory(
        vedtak=vedtak,
        forwarded=True,
        body="statsforvalteren",
        outcomes=[outcome_of(vedtak, HELP)],
    )
    client = login("saksbehandler")
    new = reverse("casework:vedtak_new", args=[vedtak.application_id])
    client.post(new)
    assert appeal.is_open
    assert outcome_of(vedtak, HELP).replaced_by is None
    draft = outcome_of(vedtak, HOME).replaced_by
    actions.discard_vedtak(vedtak=draft, reason="Feil.", by=client.user, at=f.now())
    # When everything that stands is appealed, it says so.
    appeal.outcomes.add(outcome_of(vedtak, HOME))
    assert "Det er en klage på" in client.post(new, follow=True).text
    assert not vedtak.application.vedtak.filter(state=VedtakState.DRAFT).exists()


@pytest.mark.parametrize("sent", [False, True])
def test_draft_begun_before_the_klage_does_not_replace_what_is_appealed(sent):
    vedtak = decided(HELP, outcome=Outcome.REFUSED)
    by, approver = f.UserFactory(caseworker=True), f.UserFactory(approver=True)
    draft = actions.change_issued(
        vedtak=vedtak,
        outcomes=list(vedtak.outcomes.standing()),
        ground=ReversalGround.FAVOUR,
        to_harm=False,
        reason=WHY,
        by=by,
        at=f.now(),
    )
    actions.save_draft(
        vedtak=draft,
        facts={
            "facts": "Legen har skrevet en erklæring, datert i forrige uke.",
            "reasoning": WHY,
            "person_view": "Jeg vil ha hjelpen så snart det går.",
            "help_content": "Boveileder ti timer i uka, og en plan for det.",
            "valid_to": f.today() + timedelta(days=90),
        },
        outcomes={f.basis(HELP): (Outcome.GRANTED,)},
        by=by,
        at=f.now(),
    )
    if sent:
        actions.submit_vedtak(vedtak=draft, approver=approver, by=by, at=f.now())
    appeals.register_appeal(vedtak=vedtak, received_on=f.today(), words="Uenig.", by=by, at=f.now())
    with pytest.raises(actions.Appealed):
        if sent:
            actions.approve_vedtak(vedtak=draft, by=approver, at=f.now())
        else:
            actions.submit_vedtak(vedtak=draft, approver=approver, by=by, at=f.now())
    assert outcome_of(vedtak, HELP).stands
