"""Complete means complete: what bars a vedtak, what is asked about, and what is kept (need C12)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django import forms
from django.urls import reverse

from accounts.forms import SettingForm
from casework.appeals import forms as appeal_forms
from casework.applications.forms import advance_notice as notice_forms
from casework.letters.forms import LegalBasisForm
from casework.log.enums import IdKind, Outcome, VedtakState
from casework.models import Event
from casework.vedtak import completeness
from casework.vedtak import forms as vedtak_forms
from common.formatting import nbdate
from common.forms import ReasonField
from common.reasons import REASON, STATEMENT, says_something
from tests.casework.vedtak.test_vedtak import REASONING, parts_missing, typed, url
from tests.casework.vedtak.test_vedtak_builder import says
from tests.factories import (
    ApplicationFactory,
    FamilyFactory,
    LeaseFactory,
    MemberFactory,
    PersonFactory,
    UserFactory,
    VedtakFactory,
    today,
)
from tests.test_editing import forms as all_forms

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    [
        ".",
        "." * 40,
        "- - - -",
        "1234567890 1234567890 1234567890",
        "fordi " * 20,
        "ja ja eller nei",
        "Nei, men ja og nei, ikke ja!",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z æ ø å",
        "Du får leie kommunal bolig",
        "Du får leie kommunal bolig. Du får leie kommunal bolig!",
    ],
)
def test_dots_repetitions_and_copied_headings_are_no_reasons(text):
    assert not says_something(text, STATEMENT, {"Du får leie kommunal bolig"})


@pytest.mark.parametrize(
    "text",
    [
        REASONING,
        "Du får leie kommunal bolig, fordi du må ut av rommet og ikke finner noe annet.",
        "Семья должна выехать, и другого жилья поблизости найти не удалось.",
    ],
)
def test_a_reason_is_accepted_in_any_words(text):
    assert says_something(text, REASON, {"Du får leie kommunal bolig"})


# What a letter or the log tells of why, outside the form of the vedtak itself.
REASON_FIELDS = {
    (vedtak_forms.ReturnForm, "comment"),
    (vedtak_forms.ChangeForm, "reason"),
    (vedtak_forms.DiscardForm, "reason"),
    (vedtak_forms.TakeOverForm, "reason"),
    (appeal_forms.ReasonForm, "reason"),
    (appeal_forms.SignForm, "reason"),
    (appeal_forms.TakeInForm, "reason"),
    (appeal_forms.DismissForm, "reason"),
    (appeal_forms.SuspensionForm, "reason"),
    (appeal_forms.OutcomeForm, "words"),
    (notice_forms.AdvanceNoticeForm, "considering"),
    (notice_forms.AdvanceNoticeForm, "grounds"),
    (notice_forms.NoticeAnswerForm, "answer"),
    (SettingForm, "reason"),
    (LegalBasisForm, "reason"),
}
# The builder has its own checks; a klage is written down as it came.
OTHER_TEXTS = {"VedtakForm", "AppealForm"}


def test_a_dot_is_no_reason_in_any_form():
    """A new text field in the rooms of vedtak, appeals and notices is added to the table."""
    found = {
        (form, name)
        for module in (vedtak_forms, appeal_forms, notice_forms)
        for form in vars(module).values()
        if isinstance(form, type) and form.__module__ == module.__name__
        if form.__name__ not in OTHER_TEXTS
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field.widget, forms.Textarea)
    }
    assert found <= REASON_FIELDS
    for form, name in REASON_FIELDS:
        field = form.base_fields[name]
        assert isinstance(field, ReasonField), name
        for text in (".", "." * 40, "– –"):
            with pytest.raises(forms.ValidationError, match="sier ikke nok"):
                field.clean(text)


# The builder has checks of its own for the reasons of a vedtak (`casework.vedtak.checks`).
CHECKED_LATER = {"VedtakForm"}
A_REASON = re.compile(r"(^|_)(reason|why|begrunnelse)$")


def test_a_dot_is_no_reason_wherever_one_is_asked_for():
    """Every form of every room: a field that asks why."""
    asked = {
        (name, field): kind.base_fields[field]
        for name, kind in all_forms().items()
        for field in kind.base_fields
        if A_REASON.search(field) and name not in CHECKED_LATER
    }
    assert len(asked) > 50
    assert {where for where, field in asked.items() if not isinstance(field, ReasonField)} == set()
    for field in asked.values():
        with pytest.raises(forms.ValidationError, match="sier ikke nok"):
            field.clean(".")


def test_each_check_that_bars_names_its_field_or_page():
    """Every line of the table is met by a vedtak with nothing in it."""
    family = FamilyFactory(children=1)
    unknown = PersonFactory(birth_date=None, id_kind=IdKind.NONE, national_id="")
    MemberFactory(household=family, person=unknown)
    application = ApplicationFactory(
        person=family.head, household=family, basis="boligsosialloven_6"
    )
    vedtak = VedtakFactory(
        application=application,
        outcome=Outcome.PARTLY,
        conditions=".",
        bedrooms=1,
        **dict.fromkeys(("facts", "rules", "reasoning", "person_view", "help_content"), "."),
    )
    vedtak.outcomes.update(refused="Nei.")
    application.choice_talks.all().delete()
    gaps = completeness.missing(vedtak, today())
    barred = {gap.part: gap.field or gap.url for gap in gaps if gap.bars}
    row = vedtak.outcomes.get()
    assert barred == {
        "utfall": f"refused_{row.basis_id}",
        "hjelp": "help_content",
        "fakta": "facts",
        "regler": "rules",
        "vurdering": "reasoning",
        "syn": "person_view",
        "barn": "best_interests",
        "vilkar": "conditions",
        "valg": reverse("casework:choices", args=[application.pk]),
    }
    assert [gap.part for gap in gaps if not gap.bars] == ["barn"]
    parts = {check.part for check in completeness.checks()}
    assert parts == set(completeness.PARTS)


@pytest.mark.parametrize(
    ("since", "until", "part"),
    [
        (date(1950, 1, 1), None, "gyldighet"),
        (None, date(2199, 12, 31), "gyldighet"),
        (None, None, None),
    ],
)
def test_other_years_bar_the_vedtak(since, until, part):
    vedtak = VedtakFactory(reasoning=REASONING)
    vedtak.valid_from, vedtak.valid_to = since or vedtak.valid_from, until or vedtak.valid_to
    assert {gap.part for gap in completeness.missing(vedtak, today()) if gap.bars} == (
        {part} if part else set()
    )


def test_extension_needs_the_lease_of_the_person_or_of_who_shares_the_household():
    partner = PersonFactory()
    family = FamilyFactory(children=0, partner=partner)
    vedtak = VedtakFactory(
        application=ApplicationFactory(person=family.head, household=family, basis="forlengelse"),
        reasoning=REASONING,
    )
    (gap,) = completeness.missing(vedtak, today())
    assert gap.sentence == "Forlengelse: personen har ikke noe leieforhold som kan forlenges"
    assert gap.field == f"outcome_{vedtak.outcomes.get().basis_id}"
    LeaseFactory(person=partner)
    assert parts_missing(vedtak) == set()


# ------------------------------------------------------------------ questions


def test_question_is_answered_by_the_drafter_and_the_answer_is_kept(client):
    family, approver = FamilyFactory(children=2), UserFactory(approver=True)
    draft = VedtakFactory(
        application=ApplicationFactory(person=family.head, household=family, assessed=True)
    )
    client.force_login(draft.drafted_by)
    sent = typed(
        draft, lease_years="5", approver=approver.pk, best_interests="Barna vil bo nær skolen."
    )
    page = client.post(url("vedtak_submit", draft), sent)
    draft.refresh_from_db()
    assert draft.state == VedtakState.DRAFT
    (question,) = completeness.questions(draft, today(), completeness.contents(draft, today()))
    assert "trenger 3 soverom" in question.sentence.replace("\u00a0", " ")
    assert f'href="#{question.question_id}"' in page.text
    assert f'id="{question.question_id}"' in page.text

    sent["confirmed"] = [question.sentence]
    assert client.post(url("vedtak_submit", draft), sent).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.confirmed) == (VedtakState.SUBMITTED, [question.sentence])
    assert "Ett spørsmål er bekreftet." in Event.objects.get(kind="vedtak_submitted").text

    # The approver sees it, and is told when a fact has made it another question.
    client.force_login(approver)
    assert f"Bekreftet av {draft.drafted_by}" in client.get(url("vedtak", draft)).text
    MemberFactory(
        household=family,
        person=PersonFactory(birth_date=today() - timedelta(days=4000)),
        relation="annen",
    )
    form = client.get(url("vedtak", draft)).context["approving"]
    page = client.post(url("vedtak_approve", draft), {"read": form["read"].value()})
    draft.refresh_from_db()
    assert draft.state == VedtakState.SUBMITTED
    assert "trenger 4" in page.text.replace("\u00a0", " ")
    assert 'href="#bolig"' in page.text


def test_every_missing_thing_is_a_link_to_its_field(client):
    draft = VedtakFactory(application=ApplicationFactory(basis="boligsosialloven_6"))
    basis = draft.application.bases.get()
    client.force_login(draft.drafted_by)
    sent = typed(draft, facts="." * 40, help_content="", conditions=".")
    sent |= {f"outcome_{basis.pk}": Outcome.PARTLY, f"refused_{basis.pk}": "."}
    page = client.post(url("vedtak_submit", draft), sent).text
    for name in ("facts", "help_content", "conditions", f"refused_{basis.pk}"):
        assert f'href="#id_{name}"' in page
        assert f'id="id_{name}"' in page
    assert "." * 40 in page
    assert "Hva sjekkes?" in page


def test_question_about_a_temporary_place_names_the_circular():
    vedtak = VedtakFactory(
        application=ApplicationFactory(temporary=True),
        reasoning=REASONING,
        place="Fjordgløtt pensjonat",
        valid_from=today(),
        valid_to=today() + timedelta(days=120),
    )
    (question,) = completeness.missing(vedtak, today())
    assert not question.bars
    assert "R35-00" in question.sentence
    assert nbdate(vedtak.valid_to) in question.sentence


# ------------------------------------------------------------------ the letter


def test_letter_says_what_is_refused_and_what_the_help_is():
    vedtak = VedtakFactory(
        application=ApplicationFactory(basis="boligsosialloven_6"), outcome=Outcome.PARTLY
    )
    assert "Dette har vi ikke innvilget av søknaden om hjelp" in says(vedtak)
    assert "Vi dekker ikke lager, fordi du har bod." in says(vedtak)
    assert "Hovedinnholdet i hjelpen er: En boveileder kommer to timer i uka." in says(vedtak)
    vedtak.language = "nn"
    assert "Dette har vi ikkje innvilga av søknaden om hjelp" in says(vedtak)
    assert "Hovudinnhaldet i hjelpa er: En boveileder" in says(vedtak)
