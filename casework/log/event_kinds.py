"""The kinds of events on a person's timeline, and the group of each (need C24).

An app above defines its own kinds in a subclass of `EventKind`, like `stays.enums.StayEvent`. The
timeline filters by group, and does not need to know the kinds.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventGroup(models.TextChoices):
    """The groups the timeline can be filtered by. CASE is the default."""

    CASE = "sak", _("Sak")
    CONTACT = "kontakt", _("Kontakt og notater")
    PLAN = "plan", _("Plan og tjenester")
    LETTER = "brev", _("Brev")
    MEETING = "mote", _("Møter")
    HOUSING = "bolig", _("Bolig")
    DOCUMENT = "dokument", _("Dokumenter")


class EventKind(StrEnum):
    """A kind of event: its unique value in `Event.kind`, and its group."""

    group: EventGroup

    def __new__(cls, value: str, group: EventGroup = EventGroup.CASE) -> EventKind:
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.group = group
        return kind


def all_kinds() -> list[EventKind]:
    """Every kind, also those of the apps above."""
    return [kind for enum in EventKind.__subclasses__() for kind in enum]


def kinds_of(*groups: EventGroup) -> list[str]:
    """The values of `Event.kind` that belong to the groups."""
    return [kind.value for kind in all_kinds() if kind.group in groups]


class CaseEvent(EventKind):
    """The events of casework: persons, cases, letters and follow-up."""

    APPEAL_ANSWERED = "appeal_answered"
    APPEAL_ASSIGNED = "appeal_assigned"
    APPEAL_CONFIRMED = "appeal_confirmed"
    APPEAL_DISMISSED = "appeal_dismissed"
    APPEAL_FORWARDED = "appeal_forwarded"
    APPEAL_NEW_VEDTAK = "appeal_new_vedtak"
    APPEAL_RECEIVED = "appeal_received"
    APPEAL_REMINDED = "appeal_reminded"
    APPEAL_REOPENED = "appeal_reopened"
    APPEAL_REVERSAL = "appeal_reversal"
    APPEAL_REVERSED = "appeal_reversed"
    APPEAL_SUSPENSION = "appeal_suspension"
    APPEAL_SUSPENSION_ASKED = "appeal_suspension_asked"
    APPEAL_TAKEN_UP = "appeal_taken_up"
    APPEAL_WITHDRAWN = "appeal_withdrawn"
    APPLICATION_CONTINUED = "application_continued"
    APPLICATION_CORRECTED = "application_corrected"
    APPLICATION_FORWARDED = "application_forwarded"
    APPLICATION_LAPSED = "application_lapsed"
    APPLICATION_PAPER_RECEIVED = "application_paper_received"
    APPLICATION_PAPERS_ASKED = "application_papers_asked"
    APPLICATION_REGISTERED = "application_registered"
    APPLICATION_REOPENED = "application_reopened"
    APPLICATION_SENT_ON = "application_sent_on"
    APPLICATION_TAKEN = "application_taken"
    APPLICATION_TRANSFER_ACKNOWLEDGED = "application_transfer_acknowledged"
    APPLICATION_WITHDRAWN = "application_withdrawn"
    ASSESSMENT_HELD = "assessment_held"
    CHOICES = "choices"
    DEATH_REGISTERED = "death.registered"
    DEATH_UNDONE = "death.undone"
    DISQUALIFIED = "disqualified"
    HOUSEHOLD_CHANGED = "household_changed"
    HOUSEHOLD_JOINED = "household_joined"
    HOUSEHOLD_LEFT = "household_left"
    HOUSEHOLD_SPLIT = "household_split"
    HOUSEHOLD_SPLIT_UNDONE = "household_split.undone"
    NEED_DECIDED = "need_decided"
    NUMBER_CLAIMED = "number_claimed"
    NUMBER_CLAIM_ANSWERED = "number_claim_answered"
    PAST_CORRECTED = "past.corrected"
    PAST_PAYMENTS = "past.payments"
    PAST_READ = "past.read"
    PAST_REGISTERED = "past.registered"
    PERSON_CHANGED = "person_changed"
    PERSON_MERGED = "person_merged"
    PERSON_PARTED = "person_parted"
    PERSON_PROTECTED = "person_protected"
    PERSON_REGISTERED = "person_registered"
    REPRESENTATIVE_ADDED = "representative_added"
    REPRESENTATIVE_CHANGED = "representative_changed"
    REPRESENTATIVE_ENDED = "representative_ended"
    TAKEN_BACK = "taken_back"
    VEDTAK_DISCARDED = "vedtak_discarded"
    VEDTAK_DRAFTED = "vedtak_drafted"
    VEDTAK_ISSUED = "vedtak_issued"
    VEDTAK_MOVED = "vedtak_moved"
    VEDTAK_RECALLED = "vedtak_recalled"
    VEDTAK_RETURNED = "vedtak_returned"
    VEDTAK_SUBMITTED = "vedtak_submitted"
    VEDTAK_TAKEN_OVER = "vedtak_taken_over"
    WISH = "wish"
    FLAG_HANDLED = "flag.handled", EventGroup.CONTACT
    NOTE = "note", EventGroup.CONTACT
    NOTE_EDITED = "note.edited", EventGroup.CONTACT
    NOTE_OBJECTION = "note.objection", EventGroup.CONTACT
    HANDOVER_ACKNOWLEDGED = "handover.acknowledged", EventGroup.PLAN
    HANDOVER_DONE = "handover.done", EventGroup.PLAN
    HANDOVER_SENT = "handover.sent", EventGroup.PLAN
    NOTICE = "notice", EventGroup.PLAN
    NOTICE_ANSWERED = "notice_answered", EventGroup.LETTER
    NOTICE_SENT = "notice_sent", EventGroup.PLAN
    PLAN_CHANGED = "plan.changed", EventGroup.PLAN
    PLAN_ITEM = "plan.item", EventGroup.PLAN
    PLAN_MILESTONE = "plan.milestone", EventGroup.PLAN
    PLAN_MOVED = "plan.moved", EventGroup.PLAN
    PLAN_SETTLED = "plan.settled", EventGroup.PLAN
    PLAN_STARTED = "plan.started", EventGroup.PLAN
    SERVICE_BEGUN = "service.begun", EventGroup.PLAN
    SERVICE_CHANGED = "service.changed", EventGroup.PLAN
    SERVICE_ENDED = "service.ended", EventGroup.PLAN
    SERVICE_HOURS = "service.hours", EventGroup.PLAN
    TEAM_JOINED = "team.joined", EventGroup.PLAN
    TEAM_LEFT = "team.left", EventGroup.PLAN
    INTERIM_REPLY = "interim_reply", EventGroup.LETTER
    LETTER_COPIED = "letter.copied", EventGroup.LETTER
    LETTER_AGREEMENT = "letter_agreement", EventGroup.LETTER
    LETTER_ARRIVED = "letter.arrived", EventGroup.LETTER
    TEAM_MEETING = "team_meeting", EventGroup.MEETING
    DOCUMENT_ADDED = "document.added", EventGroup.DOCUMENT
    DOCUMENT_WITHDRAWN = "document.withdrawn", EventGroup.DOCUMENT
    STATEMENT_ASKED = "statement.asked", EventGroup.DOCUMENT
    STATEMENT_COMMENTED = "statement.commented", EventGroup.DOCUMENT
    STATEMENT_RECEIVED = "statement.received", EventGroup.DOCUMENT
    STATEMENT_RENEWED = "statement.renewed", EventGroup.DOCUMENT
    STATEMENT_WITHDRAWN = "statement.withdrawn", EventGroup.DOCUMENT
