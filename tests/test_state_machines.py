"""Random actions on applications, vedtak and appeals keep legal states and are all logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from casework.appeals import actions as appeals
from casework.appeals.processes import APPEAL
from casework.applications.actions import applications
from casework.applications.processes import APPLICATION
from casework.letters import letters
from casework.log.enums import (
    AFTER_APPEAL,
    APPEAL_OPEN,
    AppealState,
    DismissalGround,
    Outcome,
    Process,
    RefusalGround,
    ReversalGround,
    VedtakState,
)
from casework.models import Appeal, Application, Transition, Vedtak, VedtakOutcome
from casework.vedtak import actions as vedtak_actions
from casework.vedtak.processes import VEDTAK
from common.errors import RuleBroken, explain_integrity_error
from tests import factories as f
from tests import lock_order

pytestmark = pytest.mark.django_db

WHY = "Vi har sett på saken på nytt, og det som taler for, veier tyngst."
TABLES = (
    (Process.APPLICATION, APPLICATION, Application),
    (Process.VEDTAK, VEDTAK, Vedtak),
    (Process.APPEAL, APPEAL, Appeal),
)


class Simulation:
    """One case with an issued refusal, and five users who take random actions."""

    def __init__(self) -> None:
        self.application = f.ApplicationFactory(assessed=True)
        self.people = [
            f.UserFactory(caseworker=True),
            f.UserFactory(caseworker=True),
            f.UserFactory(approver=True),
            f.UserFactory(approver=True),
        ]
        self.at = f.now()
        f.VedtakFactory(application=self.application, issued=True, outcome=Outcome.REFUSED)

    def case(self) -> Application:
        return Application.objects.get(pk=self.application.pk)

    def vedtak(self, *states: str) -> Vedtak:
        """The last vedtak in one of the states, else the last of all."""
        found = self.application.vedtak.order_by("-pk")
        return found.filter(state__in=states).first() or found.first()

    def appeal(self) -> Appeal | None:
        return Appeal.objects.filter(vedtak__application=self.application).order_by("-pk").first()


def save(simulation, by, at):
    vedtak = simulation.vedtak(VedtakState.DRAFT, VedtakState.RETURNED)
    of_appeal = vedtak.reversal_ground in AFTER_APPEAL
    # After a klage nothing gets worse.
    outcome = [Outcome.REFUSED, Outcome.GRANTED][of_appeal or vedtak.pk % 2]
    ground = RefusalGround.CONDITIONS if outcome == Outcome.REFUSED else ""
    vedtak_actions.save_draft(
        vedtak=vedtak,
        facts={
            "facts": "Søkeren bor hos en venn.",
            "rules": "Retningslinjene.",
            "reasoning": WHY,
            "person_view": "Jeg vil bo her.",
            "dwelling_type": "kommunal",
            "bedrooms": 1,
            "lease_years": 3,
            "reversal_ground": vedtak.reversal_ground
            if of_appeal
            else (ReversalGround.CHANGED if vedtak.replaces_id else ""),
            "reversal_reason": WHY if vedtak.replaces_id else "",
            "to_harm": None if of_appeal else False,
        },
        outcomes=dict.fromkeys(simulation.application.bases.all(), (outcome, ground)),
        by=by,
        at=at,
    )


def on_appeal(action: Callable, **facts):
    def move(simulation, by, at):
        appeal = simulation.appeal()
        if appeal is not None:
            action(appeal=appeal, by=by, at=at, **facts)

    move.__name__ = f"{action.__name__} {facts.get('outcome', '')}"
    return move


def register(late: bool):
    def move(simulation, by, at):
        vedtak = simulation.vedtak(VedtakState.ISSUED)
        appeal = appeals.register_appeal(
            vedtak=vedtak, received_on=f.today(), words="Uenig.", by=by, at=at
        )
        if late:  # as if the vedtak were older
            Appeal.objects.filter(pk=appeal.pk).update(due_on=f.days_ago(1))

    move.__name__ = "register late" if late else "register"
    return move


def assign(simulation, by, at):
    if appeal := simulation.appeal():
        appeals.assign_appeal(appeal=appeal, reviewer=by, by=simulation.people[0], at=at)


def outcome(state):
    return on_appeal(appeals.record_outcome, outcome=state, outcome_on=f.today(), words="Kort.")


def as_reviewer(move: Callable) -> Callable:
    """Done by a user who may, so that a run gets further than the first refusal."""

    def pressed(simulation, by, at):
        appeal = simulation.appeal()
        move(simulation, appeal.reviewer if appeal and appeal.reviewer else by, at)

    pressed.__name__ = f"{move.__name__} by reviewer"
    return pressed


def as_drafter(move: Callable) -> Callable:
    def pressed(simulation, by, at):
        move(simulation, simulation.vedtak(VedtakState.DRAFT, VedtakState.RETURNED).drafted_by, at)

    pressed.__name__ = f"{move.__name__} by drafter"
    return pressed


def submit(simulation, by, at):
    vedtak_actions.submit_vedtak(
        vedtak=simulation.vedtak(VedtakState.DRAFT, VedtakState.RETURNED),
        approver=simulation.people[2 + vedtak_parity(simulation)],
        by=by,
        at=at,
    )


def vedtak_parity(simulation) -> int:
    return simulation.vedtak().pk % 2


REVERSE = on_appeal(appeals.begin_reversal, reason=WHY)
SET_ASIDE = on_appeal(appeals.set_dismissal_aside, reason=WHY)
FORWARD = on_appeal(appeals.forward, review=WHY)
MOVES: list[Callable] = [
    lambda w, by, at: applications.start_assessing(application=w.case(), by=by, at=at),
    lambda w, by, at: applications.withdraw(application=w.case(), reason="Ja.", by=by, at=at),
    lambda w, by, at: vedtak_actions.draft_vedtak(application=w.case(), by=by, at=at),
    save,
    as_drafter(save),
    submit,
    as_drafter(submit),
    as_drafter(
        lambda w, by, at: vedtak_actions.recall_vedtak(
            vedtak=w.vedtak(VedtakState.SUBMITTED), by=by, at=at
        )
    ),
    lambda w, by, at: vedtak_actions.move_approval(
        vedtak=w.vedtak(VedtakState.SUBMITTED), approver=w.people[3], by=by, at=at
    ),
    as_drafter(
        lambda w, by, at: vedtak_actions.discard_vedtak(
            vedtak=w.vedtak(VedtakState.DRAFT), reason=WHY, by=by, at=at
        )
    ),
    lambda w, by, at: vedtak_actions.return_vedtak(
        vedtak=w.vedtak(VedtakState.SUBMITTED), comment="Rett.", by=by, at=at
    ),
    lambda w, by, at: vedtak_actions.approve_vedtak(
        vedtak=w.vedtak(VedtakState.SUBMITTED), by=by, at=at
    ),
    register(late=False),
    register(late=True),
    assign,
    assign,
    as_reviewer(on_appeal(appeals.take_up, reason=WHY)),
    as_reviewer(on_appeal(appeals.dismiss, ground=DismissalGround.STANDING, reason=WHY)),
    REVERSE,
    as_reviewer(REVERSE),
    SET_ASIDE,
    as_reviewer(SET_ASIDE),
    FORWARD,
    as_reviewer(FORWARD),
    as_reviewer(on_appeal(appeals.decide_suspension, granted=True, reason=WHY)),
    on_appeal(appeals.remind),
    outcome(AppealState.UPHELD),
    outcome(AppealState.RETURNED),
    on_appeal(appeals.begin_vedtak_after_answer),
    on_appeal(appeals.withdraw_appeal, reason=WHY),
    on_appeal(appeals.reopen_appeal, reason=WHY),
]


def press(simulation: Simulation, move: Callable, who: int) -> None:
    simulation.at += timedelta(milliseconds=1)
    lock_order.next_action()
    try:
        with transaction.atomic():
            move(simulation, simulation.people[who], simulation.at)
    except RuleBroken as error:
        assert str(error)
    except IntegrityError as error:  # the database refuses too, with a sentence
        assert explain_integrity_error(error), error


def check(simulation: Simulation) -> None:
    case = simulation.application
    found = {
        Process.APPLICATION: [simulation.case()],
        Process.VEDTAK: list(case.vedtak.all()),
        Process.APPEAL: list(Appeal.objects.filter(vedtak__application=case)),
    }
    for process, table, _model in TABLES:
        for thing in found[process]:
            moves = list(
                Transition.objects.filter(process=process, object_id=thing.pk).order_by("pk")
            )
            for move in moves:
                assert not move.from_state or move.to_state in table.moves[move.from_state]
            for before, after in pairwise(moves):
                assert before.to_state == after.from_state
            if moves:
                assert moves[-1].to_state == thing.state, (process, thing.state)
    standing = VedtakOutcome.objects.standing().filter(vedtak__application=case)
    assert standing.values("basis__code").distinct().count() == standing.count() > 0
    for one in found[Process.VEDTAK]:
        if one.issued_at:
            assert one.is_replaced != one.outcomes.standing().exists()
    assert sum(one.is_open for one in found[Process.VEDTAK]) <= 1
    for one in found[Process.VEDTAK]:
        assert one.issued_by_id != one.drafted_by_id
    for one in found[Process.APPEAL]:
        assert one.reviewer_id not in (one.drafter_id, one.approver_id)
        assert (one.closed_on is None) == (one.state in APPEAL_OPEN)
        sent = one.state == AppealState.FORWARDED or one.outcome_on
        assert not sent or (one.letter_id and one.file_id and one.review)
        assert not sent or not one.is_late or one.taken_up_at
        aside = one.about_dismissal_id  # needs no new vedtak
        assert one.state != AppealState.REVERSED or aside or one.new_vedtak.issued_at


def test_random_actions_keep_legal_states_and_log_every_move(monkeypatch):
    # Letters have their own tests; here a thousand actions must be fast. The file is real.
    monkeypatch.setattr(letters.pdf, "render", rendered(letters.pdf.render))
    simulation = Simulation()
    began, reached = simulation.at, set()

    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # shrinking a failure takes ten minutes
    )
    @given(
        st.lists(
            st.tuples(st.integers(0, len(MOVES) - 1), st.integers(0, 3)), min_size=30, max_size=60
        )
    )
    def walk(steps):
        with transaction.atomic():
            simulation.at = began
            for number, who in steps:
                press(simulation, MOVES[number], who)
            check(simulation)
            reached.update(
                Transition.objects.filter(process=Process.APPEAL).values_list("to_state", flat=True)
            )
            transaction.set_rollback(True)

    walk()
    # A run that reaches no states would prove nothing.
    assert {AppealState.REVIEWING, AppealState.FORWARDED, AppealState.WITHDRAWN} <= reached


def rendered(real):
    def render(template, data, **kwargs):
        if template == "appeal_documents":
            return real(template, data, **kwargs)
        return f.blank_pdf()

    return render
