"""Every action that approves or signs is bound to what was read (need C14).

`SIGNED` names them all with their pages. New ones are found by introspection: a move to a state,
or a column of who did something, that nobody has placed below, fails.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from accounts.enums import RoleKind
from accounts.models import User
from allocation.actions import manual_class as manual_class_actions
from allocation.actions import meetings as meeting_actions
from allocation.enums import MeetingState, OfferState
from allocation.models import ManualClass
from casework.appeals import actions as appeal_actions
from casework.log.enums import AppealState, ApplicationState, VedtakState
from casework.models import Letter, Note
from casework.vedtak import actions as vedtak_actions
from common.readings import APPROVALS
from common.states import StateTable
from config.urls import APPS
from peers.enums import LinkState
from tests import factories as f
from tests.readings import read_of
from tests.urls_table import TABLE

pytestmark = pytest.mark.django_db

WHY = "Vi har lest saken på nytt, og mener dette er riktig."
OTHER_WORDS = "Helt andre ord enn de som ble lest."


# ------------------------------------------------------------------ the table


def save(row, **facts) -> None:
    """Somebody else saves other words in the row."""
    for name, value in facts.items():
        setattr(row, name, value)
    row._history_user = f.UserFactory(full_name="Kari Endrer")
    row.save()


def a_vedtak(login):
    client = login(RoleKind.APPROVER)
    return client, f.VedtakFactory(submitted=True, approver=client.user, reasoning=WHY)


def an_appeal(**facts):
    def make(login):
        appeal = f.AppealFactory(reviewing=True, **facts)
        return login(user=appeal.reviewer), appeal

    return make


def an_appeal_about_a_dismissal(login):
    _client, first = a_late_appeal(login)
    first = appeal_actions.dismiss(
        appeal=first, ground="frist", reason=WHY, by=first.reviewer, at=f.now()
    )
    appeal = f.AppealFactory(vedtak=first.vedtak, reviewing=True, about_dismissal=first)
    return login(user=appeal.reviewer), appeal


def a_dismissal_set_aside(login):
    _client, appeal = an_appeal_about_a_dismissal(login)
    facts = {"by": appeal.reviewer, "at": f.now()}
    appeal = appeal_actions.forward(appeal=appeal, review=WHY, **facts)
    answer = {"outcome": AppealState.RETURNED, "outcome_on": f.today(), "words": WHY}
    return login(user=appeal.reviewer), appeal_actions.record_outcome(
        appeal=appeal, **answer, **facts
    )


def a_late_appeal(login):
    return an_appeal(due_on=f.days_ago(4))(login)


def a_class(login):
    application = f.ApplicationFactory(granted=True)
    proposal = ManualClass.objects.create(
        application=application,
        class_number=1,
        reason="Haster",
        set_at=f.now(),
        set_by=f.UserFactory(caseworker=True),
    )
    return login(RoleKind.APPROVER), proposal


def an_item(login):
    client = login(RoleKind.CHAIR)
    meeting = f.MeetingFactory(open=True, chair=client.user)
    meeting_actions.attend(meeting=meeting, user=client.user, capacity="Møteleder")
    item = f.AgendaItemFactory(meeting=meeting)
    item.application = f.ApplicationFactory(granted=True)
    return client, item


def a_decided_meeting(login):
    client, item = an_item(login)
    f.ConsiderationFactory(item=item, application=item.application, chosen=True)
    save(item, outcome="tildelt", reason=WHY, decided_at=f.now(), decided_by=client.user)
    return client, item.meeting


@dataclass(frozen=True)
class Signed:
    """One URL that approves or signs. `change` changes what is read; `words` show it."""

    action: Callable[..., Any]
    make: Callable[..., Any]
    change: Callable[..., None]
    page: str = ""  # with the form, if it is not at the URL itself
    words: str = OTHER_WORDS
    data: dict[str, Any] = field(default_factory=dict)


def another_note(row) -> None:
    application = row.vedtak.application
    save(f.NoteFactory(person=application.person, application=application))


def new_words(row) -> None:
    save(row, words=OTHER_WORDS)


SIGNED = {
    "casework:vedtak_approve": Signed(
        vedtak_actions.approve_vedtak,
        a_vedtak,
        lambda row: save(row, facts=OTHER_WORDS),
        page="casework:vedtak",
    ),
    "casework:vedtak_return": Signed(
        vedtak_actions.return_vedtak,
        a_vedtak,
        lambda row: save(row, facts=OTHER_WORDS),
        page="casework:vedtak",
        data={"comment": WHY},
    ),
    "casework:appeal_take_up": Signed(
        appeal_actions.take_up, a_late_appeal, new_words, data={"reason": WHY}
    ),
    "casework:appeal_dismiss": Signed(
        appeal_actions.dismiss,
        a_late_appeal,
        new_words,
        data={"reason": WHY, "ground": "frist"},
    ),
    "casework:appeal_reverse": Signed(
        appeal_actions.begin_reversal, an_appeal(), new_words, data={"reason": WHY}
    ),
    "casework:appeal_set_aside": Signed(
        appeal_actions.set_dismissal_aside,
        an_appeal_about_a_dismissal,
        new_words,
        data={"reason": WHY},
    ),
    "casework:appeal_take_in": Signed(
        appeal_actions.take_up_after_answer,
        a_dismissal_set_aside,
        new_words,
        data={"reason": WHY},
    ),
    "casework:appeal_forward": Signed(
        appeal_actions.forward,
        an_appeal(),
        # A document more in the file than was read.
        another_note,
        words="Notat",
        data={"reason": WHY},
    ),
    "casework:appeal_suspension": Signed(
        appeal_actions.decide_suspension,
        an_appeal(),
        new_words,
        data={"reason": WHY, "granted": "ja"},
    ),
    "allocation:class_approve": Signed(
        manual_class_actions.approve_class,
        a_class,
        lambda row: save(row, reason=OTHER_WORDS),
        page="allocation:class_proposal",
    ),
    "allocation:class_decline": Signed(
        manual_class_actions.decline_class,
        a_class,
        lambda row: save(row, reason=OTHER_WORDS),
        page="allocation:class_proposal",
        data={"reason": WHY},
    ),
    "allocation:item": Signed(
        meeting_actions.decide_item,
        an_item,
        lambda row: save(row.unit, rent=19_999),
        words="19\u00a0999\u00a0kr",
        data={"outcome": "tildelt", "reason": WHY},
    ),
    "allocation:meeting_approve": Signed(
        meeting_actions.approve_minutes,
        a_decided_meeting,
        lambda row: save(row.items.get(), reason=OTHER_WORDS),
        page="allocation:meeting",
    ),
}


def stored(row) -> tuple:
    values = type(row)._base_manager.filter(pk=row.pk).values().first()
    return values, Letter.objects.count(), Note.objects.count()


@pytest.mark.parametrize("name", SIGNED)
def test_what_has_changed_since_it_was_read_is_not_signed(name, login):
    case = SIGNED[name]
    client, row = case.make(login)
    keys = [row.meeting_id, row.pk] if name == "allocation:item" else [row.pk]
    url = reverse(name, args=keys)
    page = reverse(case.page, args=keys) if case.page else url
    data = dict(case.data)
    if name == "allocation:item":
        data["chosen"] = row.application.pk
    if name == "casework:appeal_take_in":
        data["reviewer"] = f.UserFactory(caseworker=True).pk
    read = read_of(client.get(page))
    case.change(row)
    before = stored(row)
    answer = client.post(url, data | read)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "er endret etter at du åpnet siden" in text
    changed = text.split("Nå står det", 1)[1].replace("&#x27;", "'")
    assert case.words in changed
    assert "Kari Endrer" in text
    typed = data.get("reason") or data.get("comment")
    assert not typed or typed in text
    assert stored(row) == before
    assert client.post(url, data).status_code == 200  # nothing was read
    assert stored(row) == before
    assert client.post(url, data | read_of(answer)).status_code == 302


def test_the_table_has_every_action_that_signs():
    assert {case.action.__name__ for case in SIGNED.values()} == {
        action.__name__ for action in APPROVALS.values()
    }
    assert set(SIGNED) <= set(TABLE)


# ------------------------------------------------------------------ found by introspection

# The states a move to which approves or signs what was read, and those it does not.
SIGNING_STATES = {
    VedtakState.ISSUED,
    VedtakState.RETURNED,
    AppealState.DISMISSED,
    AppealState.REDRAFTING,
    AppealState.FORWARDED,
    MeetingState.APPROVED,
}
OTHER_STATES = {
    VedtakState.DRAFT,  # called back, or its case is closed
    VedtakState.DISCARDED,
    VedtakState.SUBMITTED,  # by the drafter, whose own window is checked
    VedtakState.REPLACED,  # follows from the one that is approved
    AppealState.REVIEWING,
    AppealState.REVERSED,  # follows from the vedtak that is approved
    AppealState.UPHELD,  # what the appeals body wrote, typed in
    AppealState.CHANGED,
    AppealState.RETURNED,
    AppealState.WITHDRAWN,
    MeetingState.OPEN,
    *ApplicationState,
    *OfferState,  # the person's answer, typed in
    *LinkState,
}


def state_tables() -> list[StateTable]:
    tables = []
    for app in APPS:
        for path in Path(settings.BASE_DIR, app).rglob("processes.py"):
            module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
            found = vars(importlib.import_module(module)).values()
            tables += [value for value in found if isinstance(value, StateTable)]
    return tables


def test_every_state_is_placed_as_signing_or_not():
    tables = state_tables()
    assert len(tables) >= 5
    for table in tables:
        for state in {to for targets in table.moves.values() for to in targets}:
            assert state in {str(one) for one in SIGNING_STATES | OTHER_STATES}, (table, state)


def test_every_move_to_a_signing_state_is_made_by_an_approval():
    names = {(type(state).__name__, state.name) for state in SIGNING_STATES}
    approvals = {action.__name__ for action in APPROVALS.values()}
    unbound = []
    for module, function in functions():
        for call in ast.walk(function):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if call.func.attr != "move" or len(call.args) < 2:
                continue
            to = call.args[1]
            signs = isinstance(to, ast.Attribute) and (ast.unparse(to.value), to.attr) in names
            if signs and function.name not in approvals:
                unbound.append(f"{module}: {function.name}")
    assert not unbound, "these sign without what was read (`common.readings.approval`)"


# Columns of who did something. Those that sign must be written by an approval.
SIGNING_COLUMNS = {
    "approved_by", "issued_by", "reviewed_by", "forwarded_by", "suspension_by", "taken_up_by",
}  # fmt: skip
OTHER_COLUMNS = {
    # Registered, written or sent by the user: their own words.
    "adjusted_by", "agreed_by", "answered_by", "asked_by", "assigned_by", "called_by",
    "cancelled_by", "checked_by", "closed_by", "commented_by", "confirmed_by", "created_by",
    "declared_by", "done_by", "drafted_by", "edited_by", "entered_by", "exported_by",
    "interim_reply_by", "logged_by", "made_by", "mended_by", "merged_by", "opened_by",
    "outcome_by", "place_by", "planned_by", "prolonged_by", "proposed_by", "received_by",
    "recorded_by", "registered_by", "released_by", "reminded_by", "renewed_by", "reported_by",
    "reserved_by",
    "saved_by", "sent_by", "set_by", "split_by", "started_by", "stated_by", "submitted_by",
    "undone_by", "uploaded_by", "voided_by", "withdrawn_by", "written_by",
    # A meeting's decision (`decide_item`, in the table above) and a need, the user's own.
    "decided_by",
    # A task, or a case moved from another unit: nobody can change its words.
    "acknowledged_by",
    # Who is to do something, not who did it.
    "follow_up_by",
}  # fmt: skip


def test_every_column_of_who_did_it_is_placed_as_signing_or_not():
    columns = {
        column.name
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for column in model._meta.concrete_fields
        if column.related_model is User and column.name.endswith("_by")
    }
    assert columns <= SIGNING_COLUMNS | OTHER_COLUMNS


def test_signing_columns_are_written_by_approvals_alone():
    approvals = {action.__name__ for action in APPROVALS.values()}
    unbound = []
    for module, function in functions():
        if "actions" not in module:
            continue
        sent = {word.arg for word in ast.walk(function) if isinstance(word, ast.keyword)}
        if sent & SIGNING_COLUMNS and function.name not in approvals:
            unbound.append(f"{module}: {function.name}")
    assert not unbound


def functions() -> list[tuple[str, ast.FunctionDef]]:
    found = []
    for app in APPS:
        for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            tree = ast.parse(path.read_text())
            found += [
                (str(path.relative_to(settings.BASE_DIR)), node)
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef)
            ]
    return found
