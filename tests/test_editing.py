"""What two may have open is never overwritten unseen.

`EDITS` walks the pages that change what is registered: one opens it, another saves, the first
saves and is told, and what the first typed is still there. A new form is found by introspection:
it carries a version of what it changes, or is placed as one that changes nothing already there.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.forms import BaseForm

from accounts.enums import RoleKind as R
from common.corrections import SeenMixin
from common.readings import ReadMixin
from config.urls import APPS
from housing.forms import RevisionMixin
from tests import factories as f
from tests.urls_table import TABLE, samples

pytestmark = pytest.mark.django_db

TOLD = (
    "Noen har endret dette etter at du åpnet siden",
    "Noen har endret dette mens du skrev",
)


@dataclass(frozen=True)
class Edit:
    """The field that both change, what the first and what the other writes, and with which role."""

    field: str
    first: str = "Det den første skrev"
    other: str = "Det den andre skrev"
    role: R = R.CASEWORKER
    also: dict[str, str] = field(default_factory=dict)  # what the form asks besides


WHY = {"why": "Det var feil."}
TODAY, LATER, LATEST = (f"{f.days_ago(n):%d.%m.%Y}" for n in (0, -20, -30))
EDITS = {
    "accounts:me": Edit("full_name"),
    "accounts:setting": Edit("value", "5", "6", R.MANAGER),
    "casework:municipality": Edit("name", role=R.MANAGER),
    "casework:unit": Edit("address", role=R.MANAGER),
    "casework:appeals_body": Edit("address", role=R.MANAGER),
    "casework:letter_text": Edit(
        "text", "Den første {on} {kind}.", "Den andre {on} {kind}.", R.MANAGER
    ),
    "casework:text": Edit("text", role=R.MANAGER),
    "casework:text_end": Edit("last_day", LATER, LATEST, R.MANAGER),
    "casework:basis": Edit("rules_text", role=R.MANAGER),
    "casework:basis_end": Edit("last_day", LATER, LATEST, R.MANAGER),
    "casework:dimension": Edit("question", role=R.MANAGER),
    "casework:letter_agreement": Edit("words"),
    "casework:person_edit": Edit("last_name"),
    "casework:representative_edit": Edit("relation"),
    "casework:member_correct": Edit("nights", "3", "4", also={**WHY, "living": "samvar"}),
    "casework:need": Edit("rent_max", "7000", "8000", also={"edit_reason": "Avtalt."}),
    "casework:service": Edit("contact"),
    "casework:service_end": Edit("reason"),
    "casework:plan_edit": Edit("goal"),
    "casework:milestone": Edit("title"),
    "casework:checklist_item": Edit("helper"),
    "casework:note_objection": Edit("objection"),
    "housing:property_edit": Edit("address", role=R.STOCK_MANAGER),
    "housing:unit_edit": Edit("rent", "7000", "8000", R.STOCK_MANAGER),
    "housing:out_of_use_edit": Edit("note", role=R.STOCK_MANAGER),
    "housing:upkeep_done": Edit("plan", role=R.STOCK_MANAGER),
    "housing:provider_edit": Edit("contact_name", role=R.STOCK_MANAGER),
    "peers:link": Edit("goal", role=R.PEER_COORDINATOR),
    "stays:lease_ready": Edit("helper_name"),
    "stays:risk": Edit("plan"),
    "stays:step_correct": Edit("note", also=WHY),
}


class Fields(HTMLParser):
    """The forms of a page, each as the data a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.area = self.select = ""
        self.values: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        name = given.get("name", "")
        if tag == "form":
            self.forms.append({})
        elif not self.forms:
            return
        elif tag == "input" and name:
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            if given.get("type") != "submit":
                self.forms[-1].setdefault(name, []).append(given.get("value") or "")
        elif tag == "textarea":
            self.area, self.values = name, []
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.forms[-1].setdefault(self.select, []).append(given.get("value") or "")

    def handle_data(self, data) -> None:
        if self.area:
            self.values.append(data)

    def handle_endtag(self, tag) -> None:
        if tag == "textarea" and self.forms:
            self.forms[-1][self.area] = ["".join(self.values).removeprefix("\n")]
            self.area = ""
        elif tag == "select":
            self.select = ""


def form_on(page, name: str) -> dict[str, list[str]]:
    """What the form with this field would send."""
    fields = Fields()
    fields.feed(page.content.decode())
    (found,) = (form for form in fields.forms if name in form)
    return found


@pytest.fixture
def made(db):
    return samples()


@pytest.mark.parametrize("name", EDITS)
def test_second_to_save_is_told_and_nothing_is_overwritten(name, made, login):
    edit = EDITS[name]
    url = TABLE[name].url(name, made)
    client = login(edit.role)
    other = login(user=client.user) if name == "accounts:me" else login(edit.role)
    first = form_on(client.get(url), edit.field) | edit.also | {edit.field: [edit.first]}
    theirs = form_on(other.get(url), edit.field) | edit.also | {edit.field: [edit.other]}
    answer = other.post(url, theirs)
    assert answer.status_code == 302, answer.content.decode().split("feil-")[-1][:900]
    refused = client.post(url, first)
    assert refused.status_code == 200
    text = refused.content.decode()
    assert any(words in text for words in TOLD)
    again = form_on(refused, edit.field)
    assert again[edit.field] == [edit.first]  # what was typed is kept
    assert client.post(url, again).status_code == 302  # having been told, it can be sent


# ------------------------------------------------------------------ found by introspection

# These make something new, search, or move a state, which is checked under a lock and goes once.
NOT_EDITING = {
    "ColleagueForm", "TakeOverForm",
    "ImportFileForm", "AbsenceForm", "HandOverForm", "ReadLogFilter", "RoleForm",
    "UserForm", "LoginForm", "ClassForm", "InhabilForm", "MeetingForm", "PresentForm",
    "LeaseForm", "OfferAnswerForm", "OfferForm", "WithdrawForm", "ReleaseForm",
    "ReserveForm", "NeedAnswerForm", "AppealForm", "AskSuspensionForm", "OutcomeForm",
    "ReasonForm", "AdvanceNoticeForm", "ApplicationForm", "ForwardForm",
    "ReopenApplicationForm", "WithdrawApplicationForm", "PapersForm",
    "ReceivedForm", "Section27Form", "AssessmentForm", "HousingAnswerForm", "ChoicesForm",
    "AnswerStatementForm", "AskStatementForm", "CodeForm", "AcknowledgeForm",
    "ChecklistKindForm", "HandoverForm", "HoursForm", "InstitutionNoticeForm",
    "ReopenPlanForm", "SettlePlanForm", "TeamMeetingForm", "TeamMemberForm",
    "PlainWordForm", "TakeBackForm", "DocumentForm", "WithdrawDocumentForm", "FindForm",
    "MergeForm", "NoteForm", "NeedToKnowForm", "FindPersonForm", "UndoAnswerForm",
    "ReopenRiskForm", "MemberForm", "DeathForm", "UndoDeathForm", "TimelineFilter",
    "OnDate", "PropertyFilter", "UnitFilter", "VoidFilter", "ReshapeForm", "UpkeepForm",
    "WordForm", "FlagNoteForm", "ContactForm", "EndForm", "PauseForm", "PeerNeedForm",
    "EndStayForm", "FollowUpForm", "ReopenStayForm", "RiskFields", "StayForm",
    "CloseRiskForm", "IndexForm", "ProlongForm", "RentForm", "RiskForm", "StepForm",
    "PlacementForm", "RenewalForm", "SearchForm", "SeparationForm", "UndoSeparationForm",
    "NoticeAnswerForm", "ChangeForm", "DiscardForm", "MoveForm", "RefuseForm", "StopForm",
}  # fmt: skip


def forms() -> dict[str, type[BaseForm]]:
    for app in APPS:
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            if "forms" in path.stem or "forms" in path.parts or "views" in str(path):
                module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
                importlib.import_module(module.removesuffix(".__init__"))
    found, queue = {}, [BaseForm]
    while queue:
        for kind in queue.pop().__subclasses__():
            queue.append(kind)
            if kind.__module__.split(".")[0] in APPS and kind.__module__ != "common.views":
                found[kind.__name__] = kind
    return found


def carries_version(kind: type[BaseForm]) -> bool:
    named = {"version", "revision"} & set(getattr(kind, "declared_fields", {}))
    return issubclass(kind, SeenMixin | ReadMixin | RevisionMixin) or bool(named)


def test_every_form_carries_a_version_or_edits_nothing():
    without = {name for name, kind in forms().items() if not carries_version(kind)}
    assert without - NOT_EDITING == set(), "give it a version (`common.corrections.SeenMixin`)"
    assert NOT_EDITING - without == set()
