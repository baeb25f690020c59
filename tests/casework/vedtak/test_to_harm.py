"""Nothing gets worse unseen: less than before, after a klage or without (fvl. §§ 16, 33, 35)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework.appeals import actions as appeals
from casework.applications.actions.advance_notice import send_notice
from casework.log.enums import Outcome
from casework.models import AdvanceNotice, Vedtak
from casework.vedtak import actions, completeness
from casework.vedtak import letter as vedtak_letter
from tests import factories as f
from tests.casework.vedtak.test_every_way import REASONING, day, sentences, url, written
from tests.casework.vedtak.test_outcomes_by_basis import (
    HELP,
    HOME,
    PLACE,
    appeal_about,
    decided,
    outcome_of,
)

pytestmark = pytest.mark.django_db
WHY = "Vedtaket bygde på en inntekt som ikke var din, og er derfor ugyldig."


def letter_of(vedtak: Vedtak) -> dict:
    vedtak = Vedtak.objects.get(pk=vedtak.pk)
    return vedtak_letter.letter_data(vedtak, completeness.contents(vedtak, f.today()), f.today())


def change(old: Vedtak, *codes: str, ground: str = "til_gunst", harm: bool = False) -> Vedtak:
    return actions.change_issued(
        vedtak=old,
        outcomes=[outcome_of(old, code) for code in codes],
        ground=ground,
        to_harm=harm,
        reason="Du har fått en ny legeerklæring.",
        by=f.UserFactory(caseworker=True),
        at=f.now(),
    )


def notify(case, *about: str) -> AdvanceNotice:
    send_notice(
        application=case,
        about=about,
        considering="Vi vurderer å endre vedtaket.",
        grounds="Skatteetaten har en annen inntekt.",
        due_on=f.today() + timedelta(days=14),
        on=f.today(),
        by=f.UserFactory(caseworker=True),
        at=f.now(),
    )
    return AdvanceNotice.objects.latest("pk")


def test_after_a_klage_nothing_gets_worse_by_section_33(login):
    old = decided(HOME, lease_years=5, bedrooms=2)
    client = login("saksbehandler")
    appeal = appeal_about(old, HOME, client)
    reviewer = f.UserFactory(caseworker=True)
    facts = {"by": reviewer, "at": f.now()}
    appeal = appeals.assign_appeal(appeal=appeal, reviewer=reviewer, **facts)
    draft = appeals.begin_reversal(appeal=appeal, reason="Vi tok feil av leietiden.", **facts)
    until = {"valid_to": old.valid_to}
    written(draft, bedrooms=2, lease_years=7, **until)
    assert sentences(draft) == []
    assert "§ 36" in letter_of(draft)["next"][-1]
    # A no, a shorter lease and a smaller home are each to the person's harm.
    written(draft, Outcome.REFUSED, "vilkar")
    assert "utfallet blir mindre enn før, og det er til skade" in sentences(draft)[0]
    written(draft, bedrooms=1, lease_years=3, **until)
    assert "leietiden blir 3 år, og var 5 år" in sentences(draft)[0]
    assert "boligen får 1\u00a0soverom (2-roms), og skulle ha 2" in sentences(draft)[1]
    # Then § 33 does not carry it, and it needs a ground, reasons and a notice of its own.
    page = login(user=reviewer).get(url("vedtak", draft)).text
    assert "Er endringen til skade for personen?" in page and "§ 35 c" in page
    written(draft, bedrooms=2, lease_years=3, to_harm=True, **until)
    found = " ".join(sentences(draft))
    assert "etter klage kan vedtaket bare endres til fordel" in found
    assert "skriv hvorfor vedtaket kan endres til skade" in found and "forhåndsvarsel" in found
    written(
        draft, bedrooms=2, lease_years=3, to_harm=True, harm_reason=WHY, reversal_ground="ugyldig"
    )
    assert [words.split(",")[0] for words in sentences(draft)] == [
        "Omgjøring: send forhåndsvarsel"
    ]  # fmt: skip
    data = letter_of(draft)
    assert "§ 35 bokstav c" in data["vedtak"][0] and "§ 36" not in " ".join(data["next"])
    # The klage's own ground may be chosen again.
    assert "§ 33" in login(user=reviewer).get(url("vedtak", draft)).text


def test_less_without_a_klage_is_harm_and_another_thing_is_asked_about():
    old = decided(HOME, lease_years=5, bedrooms=2, valid_to=f.today() + timedelta(days=300))
    draft = change(old, HOME)
    same = {"bedrooms": 2, "lease_years": 5, "valid_from": f.today()}
    written(draft, **same)
    assert sentences(draft) == []
    for facts, words in (
        ({"valid_to": f.today() + timedelta(days=200)}, "og før til"),
        ({"valid_from": f.today() + timedelta(days=30)}, "gjelder først fra"),
        ({"lease_years": 4}, "leietiden blir 4 år, og var 5 år"),
        ({"bedrooms": 1}, "og skulle ha"),
    ):
        written(draft, **same | facts)
        assert words in " ".join(sentences(draft)), words
    for facts in ({"dwelling_type": "hybelhus"}, {"conditions": "Du må møte boveilederen."}):
        written(draft, **same | facts)
        (asked,) = completeness.missing(Vedtak.objects.get(pk=draft.pk), f.today())
        assert not asked.bars and "ikke er til skade for personen?" in asked.sentence
    for code, facts in ((HELP, {"help_content": "En samtale i måneden på kontoret hos oss."}),
                        (PLACE, {"place": "Havna pensjonat"})):  # fmt: skip
        old = decided(code, place="Solvær gjestehus", valid_to=f.today() + timedelta(days=60))
        draft = change(old, code)
        written(draft, valid_to=f.today() + timedelta(days=60))
        assert sentences(draft) == []
        written(draft, valid_to=f.today() + timedelta(days=60), **facts)
        (asked,) = completeness.missing(Vedtak.objects.get(pk=draft.pk), f.today())
        assert not asked.bars and next(iter(facts.values()))[:20] in asked.sentence


def test_a_notice_opens_only_for_the_part_it_is_about_and_says_something(client):
    old = decided(HOME, HELP)
    case = old.application
    draft = change(old, HELP, ground="ugyldig", harm=True)
    written(draft, Outcome.REFUSED, "vilkar", harm_reason=WHY)
    client.force_login(f.UserFactory(caseworker=True))
    sent = {"considering": ".", "grounds": "....", "due_on": day(f.today() + timedelta(days=9))}
    page = client.post(url("notice_new", case), sent).text
    assert page.count("Det som står der, sier ikke nok.") >= 2 and "Hva varselet gjelder" in page
    assert not AdvanceNotice.objects.exists()
    notify(case, HOME)
    assert any("send forhåndsvarsel" in words for words in sentences(draft))
    notice = notify(case, HELP)
    answer = {"answered_on": day(f.today()), "answer": "."}
    assert "sier ikke nok" in client.post(url("notice_answer", notice), answer).text
    assert any("kan svare på forhåndsvarselet" in words for words in sentences(draft))
    client.post(url("notice_answer", notice), answer | {"answer": "Nei."})
    assert sentences(draft) == []


@pytest.mark.parametrize(
    ("first", "last", "bars", "words"),
    [
        (date(1950, 1, 1), None, True, "01.01.1950"),
        (None, date(2199, 12, 31), True, "31.12.2199"),
        (None, f.today() + timedelta(days=120), False, "R35-00"),
        (None, f.today() - timedelta(days=1), False, "før det fattes"),
    ],
)
def test_the_days_of_a_place_beside_a_home_are_checked(first, last, bars, words):
    application = f.ApplicationFactory(assessed=True, basis=HOME)
    application.bases.add(f.basis(PLACE))
    vedtak = f.VedtakFactory(application=application, place="Havna pensjonat", reasoning=REASONING)
    days = {"valid_from": f.days_ago(3), "valid_to": f.today() + timedelta(days=60)}
    vedtak.outcomes.filter(basis__code=PLACE).update(**days)
    assert completeness.missing(vedtak, f.today()) == []
    days |= {"valid_from": first or f.days_ago(3), "valid_to": last or days["valid_to"]}
    vedtak.outcomes.filter(basis__code=PLACE).update(**days)
    found = completeness.missing(vedtak, f.today())
    assert any(
        item.bars == bars and words in item.sentence and item.field.startswith(("from_", "to_"))
        for item in found
    ), found


def test_the_letter_names_what_is_replaced_and_what_still_stands():
    old = decided(HOME, HELP, PLACE, place="Fjordgløtt")
    said = []
    for code in (HOME, HELP, PLACE):
        draft = change(old, code)
        days = {"valid_to": old.valid_to} | ({"lease_years": 3} if code == HOME else {})
        written(draft, dwelling_type="kommunal", **days)
        said.append(letter_of(draft)["vedtak"][0])
        draft = Vedtak.objects.get(pk=draft.pk)
        content = completeness.contents(draft, f.today())
        draft.confirmed = [
            one.sentence for one in completeness.questions(draft, f.today(), content)
        ]
        draft.save()
        approver = f.UserFactory(approver=True)
        actions.submit_vedtak(vedtak=draft, approver=approver, by=draft.drafted_by, at=f.now())
        actions.approve_vedtak(vedtak=draft, by=approver, at=f.now())
    assert "som gjelder boligen" in said[0]
    assert "Det vi bestemte om hjelpen etter boligsosialloven og det midlertidige" in said[0]
    assert "som gjelder hjelpen" in said[1] and "bestemte om det midlertidige" in said[1]
    assert "boligen" not in said[1]
    assert "som gjelder det midlertidige botilbudet" in said[2]
    assert "gjelder fortsatt" not in said[2]


def test_a_short_lease_is_asked_about_and_explained_and_a_stale_answer_goes(client):
    family = f.FamilyFactory(children=1)
    application = f.ApplicationFactory(person=family.head, household=family, assessed=True)
    vedtak = f.VedtakFactory(
        application=application,
        reasoning=REASONING,
        best_interests="Barnet vil bo nær skolen sin.",
        lease_years=1,
        bedrooms=0,
    )
    content = completeness.contents(vedtak, f.today())
    asked = {
        item.field: item.sentence for item in completeness.questions(vedtak, f.today(), content)
    }
    assert "regelen for husstander med barn er 5 år" in asked["lease_years"]
    assert "§§ 9-3 og 11-1" in asked["lease_years"]
    said = letter_of(vedtak)["vedtak"][0]
    assert "vanligvis en leietid på fem år" in said and "§ 11-1" in said
    # Bedrooms are put right: the answer about them is gone from what is sent.
    vedtak.confirmed, vedtak.bedrooms = list(asked.values()), 3
    vedtak.save()
    approver = f.UserFactory(approver=True)
    sent = actions.submit_vedtak(vedtak=vedtak, approver=approver, by=vedtak.drafted_by, at=f.now())
    assert sent.confirmed == [asked["lease_years"]]
    issued = actions.approve_vedtak(vedtak=sent, by=approver, at=f.now())
    assert issued.confirmed == [asked["lease_years"]]


@pytest.mark.parametrize(("language", "words"), [
    ("nb", ("Hjelpen gjelder fra", "For boligen gjelder vedtaket", "Det midlertidige stedet er",
            "Du får leie kommunal bolig, men ikke alt du søkte om, vi har avvist")),
    ("nn", ("Hjelpa gjeld frå", "For bustaden gjeld vedtaket", "Den mellombelse staden er",
            "Du får leige kommunal bustad, men ikkje alt du søkte om, vi har avvist")),
])  # fmt: skip
def test_the_letter_of_several_parts_says_what_is_of_which(language, words):
    old = decided(HOME, HELP, PLACE, place="Havna pensjonat", language=language)
    assert all(part in letter_of(old)["vedtak"][0] for part in words[:3]), letter_of(old)["vedtak"]
    content = completeness.contents(old, f.today())
    for row in content.outcomes:
        row.outcome = {HOME: "delvis", HELP: "avslag", PLACE: "avvist"}[row.basis.code]
    title = vedtak_letter.title(old, content)
    assert title.startswith(words[3]) and ("no" if language == "nn" else "nå") == title[-2:], title
    assert ", og du får" in title
