"""Every form where somebody writes more than a line keeps what is typed, or says why not."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from django import forms as django_forms
from django.conf import settings
from django.forms import BaseForm

from accounts.drafts import DraftMixin
from common.forms import PrintableMixin
from tests.test_editing import forms

KEEPS = {
    "AdvanceNoticeForm", "AnswerStatementForm", "AppealForm", "ApplicationForm",
    "AskStatementForm", "AssessmentForm", "CancelForm", "ChangeForm", "ChangeRiskForm",
    "ChangeStayForm", "CheckForm", "ChoicesForm", "ClassForm", "CommentForm",
    "CorrectSearchForm", "DecisionForm", "DiscardForm", "EditNoteForm", "FlagNoteForm",
    "FollowUpForm", "HandoverForm", "InterimReplyForm", "LegalBasisForm", "LetterTextForm",
    "LinkForm",
    "NeedToKnowForm", "NoteForm", "NoticeAnswerForm", "ObjectionForm", "OfferAnswerForm",
    "OfferForm", "OutcomeForm", "PapersForm", "PastMatterForm", "PeerAgreementForm",
    "PeerNeedForm", "PlacementForm", "PropertyForm", "QualityAgreementForm", "ReasonForm",
    "RefuseForm", "RenewalForm", "ReshapeForm", "ResidentsMeetingForm", "ReturnForm", "RiskForm",
    "SearchForm", "Section27Form", "SeparationForm", "SettlePlanForm", "SignForm",
    "StandardTextForm", "StayForm", "SuspensionForm", "UpkeepForm", "VedtakForm",
    "VoidStayForm", "DismissForm", "TakeInForm", "TakeOverForm",
}  # fmt: skip
KEEPS_NOT: dict[str, str] = {}
# Templates that draw a form with long text by hand, and keep nothing.
BY_HAND = {
    "peers/log.html": "the phone itself keeps it without coverage (static/peers-log.js)",
}
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


def writes_much(kind: type) -> bool:
    declared = any(
        isinstance(field.widget, django_forms.Textarea) for field in kind.base_fields.values()
    )
    source = inspect.getsource(kind)
    return declared or "Textarea" in source or "_words(" in source


def test_every_form_with_long_text_keeps_it_or_says_why_not():
    written = {name: kind for name, kind in forms().items() if writes_much(kind)}
    assert set(written) - KEEPS == set(KEEPS_NOT), "does it keep what is typed?"
    assert KEEPS - set(written) == set()
    keeping = {n for n, kind in written.items() if issubclass(kind, DraftMixin) and kind.drafts}
    assert keeping == KEEPS, "give it `OnceFormMixin`, or `accounts.drafts.DraftMixin`"


def test_what_a_form_adds_goes_before_what_django_does():
    """A mixin that is a form of its own, put first, would skip the drafts and the signs that no
    letter can show, without a word."""
    wrong = {
        (name, mixin.__name__)
        for name, kind in forms().items()
        for mixin in (DraftMixin, PrintableMixin)
        if issubclass(kind, mixin) and kind.mro().index(mixin) > kind.mro().index(BaseForm)
    }
    assert not wrong


def test_every_form_with_long_text_drawn_by_hand_is_drawn_with_its_draft():
    folder = Path(settings.BASE_DIR, "templates")
    without = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.html")
        for form in FORM.findall(path.read_text(encoding="utf-8"))
        if 'method="post"' in form and "<textarea" in form and "{% draft" not in form
    }
    assert without == set(BY_HAND)
