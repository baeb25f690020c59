"""Every URL of Varig × every role: what each gets.

One row per named URL, `name: Row(allowed roles, sample key(s), …)`. Allowed users get `ok`
(200 by default), other users with a role get 403 (or `other`), and users who are not signed in
are redirected to the sign-in page. Add your app's rows in its section; `tests/test_urls.py` tests
them all, and fails when a URL has no row.

    "casework:application": Row(CASE, "application"),              # GET /soknader/<pk>/
    "allocation:item":      Row(CASE, ("meeting", "item")),        # two keys, in the URL's order
    "casework:vedtak_new":  Row(CASEWORK, "application", post=True, ok=302),

`samples()` creates the samples once per test; each is an attribute whose `pk` fills the URL, or a
plain value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.urls import reverse

from accounts.enums import RoleKind as R

CASEWORKER, APPROVER, CHAIR, MANAGER = R.CASEWORKER, R.APPROVER, R.CHAIR, R.MANAGER
STOCK, COORDINATOR, PEER = R.STOCK_MANAGER, R.PEER_COORDINATOR, R.PEER
PRIVACY, ADMIN = R.PRIVACY_OFFICER, R.SYSTEM_ADMIN

EVERYONE = tuple(R)
# Whoever may import some kind of file.
IMPORTERS = (STOCK, CASEWORKER, APPROVER, MANAGER, ADMIN)
CASE = (CASEWORKER, APPROVER, CHAIR, MANAGER)  # roles that read cases
CASEWORK = (CASEWORKER, APPROVER)  # roles that do casework
NOBODY: tuple = ()

# A POST without data: done, or the form again with its errors.
ANSWERED = (200, 302, 303, 422)


@dataclass(frozen=True)
class UrlRow:
    """The response of a URL. `args` names samples; `data` is what a POST sends."""

    roles: tuple[R, ...]
    args: str | tuple[str, ...] = ()
    ok: int | tuple[int, ...] = 200
    other: int = 403
    anonymous: int = 302
    post: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    # Other statuses for some allowed roles: a peer is redirected from «/» to their own page.
    special: dict[R, int] = field(default_factory=dict)
    # Not in the axe run of the browser tests (a PDF, a fragment, a POST).
    page: bool = True

    def url(self, name: str, made: SimpleNamespace) -> str:
        names = (self.args,) if isinstance(self.args, str) else self.args
        values = [getattr(made, one) for one in names]
        return reverse(name, args=[getattr(value, "pk", value) for value in values])

    def expected(self, role: R | None) -> tuple[int, ...]:
        if role is None:
            answer: int | tuple[int, ...] = self.anonymous
        elif role in self.special:
            answer = self.special[role]
        else:
            answer = self.ok if role in self.roles else self.other
        return answer if isinstance(answer, tuple) else (answer,)


def post_row(roles: tuple[R, ...], args: str | tuple[str, ...] = (), **kwargs: Any) -> UrlRow:
    """A URL that only takes a POST."""
    return UrlRow(roles, args, ok=ANSWERED, post=True, page=False, **kwargs)


# URL names with these prefixes are tested elsewhere: allauth's pages in their own tests
# (tests/accounts/test_sign_in.py), and the health checks in tests/test_health.py.
# Signing out would end the session that asks the rest: tests/accounts/test_sessions.py.
NOT_OURS = (
    "account_",
    "mfa_",
    "socialaccount_",
    "openid_connect_",
    "healthz",
    "readyz",
    "accounts:sign_out_everywhere",
)

ACCOUNTS = {
    # Only in demo mode; tested in tests/accounts/test_sign_in.py.
    "demo:sign_in": UrlRow(NOBODY, other=404, anonymous=404, page=False),
    "accounts:me": UrlRow(EVERYONE),
    # Without a ticket, which only a page has: tests/accounts/test_drafts.py.
    "accounts:draft_save": UrlRow(EVERYONE, ok=400, anonymous=400, post=True, page=False),
    "accounts:draft_discard": UrlRow(EVERYONE, ok=404, post=True, page=False),
    "accounts:draft_drop": UrlRow(EVERYONE, "draft_of_another", ok=404, post=True, page=False),
    "accounts:users": UrlRow((ADMIN,)),
    "accounts:user": UrlRow((ADMIN,), "user"),
    "accounts:role_end": UrlRow((ADMIN,), "role"),
    "accounts:user_stop": UrlRow((ADMIN,), "user"),
    "accounts:user_start": post_row((ADMIN,), "user"),
    "accounts:user_sign_out": post_row((ADMIN,), "user"),
    "accounts:access": UrlRow((ADMIN, MANAGER, PRIVACY)),
    "accounts:rights": UrlRow((ADMIN, MANAGER, PRIVACY)),
    "accounts:proposal": UrlRow((ADMIN, MANAGER, PRIVACY), "proposal"),
    "accounts:proposal_confirm": post_row((MANAGER, PRIVACY), "proposal"),
    "accounts:proposal_withdraw": post_row((ADMIN,), "proposal"),
    "accounts:my_absence": UrlRow(EVERYONE),
    "accounts:absence": UrlRow((ADMIN, MANAGER), "user"),
    "accounts:hand_over": UrlRow((ADMIN,), "user"),
    "accounts:jobs": UrlRow((ADMIN, MANAGER)),
    "accounts:imports": UrlRow(IMPORTERS),
    "accounts:import_new": UrlRow((STOCK,), "import_kind"),
    "accounts:import_template": UrlRow((STOCK,), "import_kind", page=False),
    "accounts:import": UrlRow((STOCK,), "file_import"),
    "accounts:import_report": UrlRow((STOCK,), "file_import", page=False),
    "accounts:import_confirm": post_row((STOCK,), "file_import"),
    "accounts:import_cancel": post_row((STOCK,), "file_import"),
    "accounts:import_resume": post_row((STOCK,), "file_import"),
    "accounts:settings": UrlRow((ADMIN, MANAGER)),
    "accounts:setting": UrlRow((ADMIN, MANAGER), "setting_key"),
    "accounts:read_log": UrlRow((PRIVACY,)),
}

COMMON: dict[str, UrlRow] = {
    # The component page, for developers; not in production.
    "common:components": UrlRow(EVERYONE),
}

CASEWORK_APP: dict[str, UrlRow] = {
    "casework:person_new": UrlRow(CASEWORK),
    "casework:person_edit": UrlRow(CASEWORK, "person"),
    "casework:number_claim": UrlRow(CASE, "number_claim"),
    "casework:household": UrlRow(CASEWORK, "person"),
    "casework:member_correct": UrlRow(CASEWORK, "household_member"),
    "casework:take_back": UrlRow(CASEWORK, ("service_slug", "service")),
    "casework:representatives": UrlRow(CASEWORK, "person"),
    "casework:representative_edit": UrlRow(CASEWORK, "representative"),
    "casework:section_27": UrlRow(CASEWORK),
    "casework:papers_ask": UrlRow(CASEWORK, "open_application"),
    "casework:paper_receive": post_row(CASEWORK, "paper"),
    "casework:transfer_acknowledge": post_row(CASEWORK, "open_application"),
    "casework:merge_find": UrlRow(CASEWORK, "person"),
    "casework:merge": UrlRow(CASEWORK, ("person", "twin")),
    "casework:merge_undo": UrlRow(CASEWORK, "merge"),
    "casework:note_new": UrlRow(CASEWORK, "person"),
    "casework:application_new": UrlRow(CASEWORK, "person"),
    "casework:applications": UrlRow(CASE),
    "casework:application": UrlRow(CASE, "application"),
    "casework:application_take": post_row(CASEWORK, "open_application"),
    "casework:application_withdraw": UrlRow(CASEWORK, "open_application"),
    "casework:application_reopen": UrlRow(CASEWORK, "open_application"),
    "casework:application_correct": UrlRow(CASEWORK, "open_application"),
    "casework:application_forward": UrlRow(CASEWORK, "open_application"),
    "casework:interim_reply": UrlRow(CASEWORK, "open_application"),
    "casework:municipality": UrlRow((ADMIN, MANAGER)),
    "casework:unit_list": UrlRow((ADMIN, MANAGER)),
    "casework:unit_new": UrlRow((ADMIN, MANAGER)),
    "casework:unit": UrlRow((ADMIN, MANAGER), "organisation_unit"),
    "casework:appeals_body_list": UrlRow((ADMIN, MANAGER)),
    "casework:appeals_body": UrlRow((ADMIN, MANAGER), "appeals_body"),
    "casework:letter_texts": UrlRow((ADMIN, MANAGER)),
    "casework:letter_text_section": UrlRow((ADMIN, MANAGER), "letter_section"),
    "casework:letter_text": UrlRow((ADMIN, MANAGER), "letter_text"),
    "casework:text_list": UrlRow((ADMIN, MANAGER)),
    "casework:text_new": UrlRow((ADMIN, MANAGER)),
    "casework:text": UrlRow((ADMIN, MANAGER), "text"),
    "casework:text_end": UrlRow((ADMIN, MANAGER), "text"),
    "casework:basis_list": UrlRow((ADMIN, MANAGER)),
    "casework:basis_new": UrlRow((ADMIN, MANAGER)),
    "casework:basis": UrlRow((ADMIN, MANAGER), "basis"),
    "casework:basis_end": UrlRow((ADMIN, MANAGER), "basis"),
    "casework:words": UrlRow((ADMIN, MANAGER)),
    "casework:word_remove": post_row((ADMIN, MANAGER), "word"),
    "casework:dimensions": UrlRow((ADMIN, MANAGER)),
    "casework:dimension_new": UrlRow((ADMIN, MANAGER)),
    "casework:dimension": UrlRow((ADMIN, MANAGER), "dimension"),
    "casework:dimension_end": UrlRow((ADMIN, MANAGER), "dimension"),
    "casework:dimension_move": post_row((ADMIN, MANAGER), "dimension"),
    "casework:assessment_new": UrlRow(CASEWORK, "open_application"),
    "casework:assessment": UrlRow(CASE, "assessment"),
    "casework:statement_new": UrlRow(CASEWORK, "person"),
    "casework:statement": UrlRow(CASE, "statement"),
    # Only the colleague who was asked.
    "casework:statement_answer": UrlRow(NOBODY, "statement"),
    "casework:statement_comment": UrlRow(CASEWORK, "statement"),
    "casework:statement_renew": post_row(CASEWORK, "statement"),
    "casework:statement_withdraw": post_row(CASEWORK, "statement"),
    # For anyone with the link, signed in or not.
    "casework:statement_outside": UrlRow(EVERYONE, "statement_token", anonymous=200),
    "casework:need": UrlRow(CASEWORK, "open_application"),
    "casework:vedtak_new": post_row(CASEWORK, "open_application"),
    "casework:choices": UrlRow(CASE, "open_application"),
    "casework:vedtak_queue": UrlRow(CASE),
    "casework:vedtak_draft": UrlRow(CASE, "draft", page=False),
    "casework:vedtak": UrlRow(CASE, "vedtak"),
    "casework:vedtak_submit": post_row(CASEWORK, "draft"),
    "casework:vedtak_approve": post_row((APPROVER,), "submitted"),
    "casework:vedtak_return": post_row((APPROVER,), "submitted"),
    "casework:vedtak_recall": post_row(CASEWORK, "submitted"),
    "casework:vedtak_move": UrlRow(CASEWORK, "submitted"),
    "casework:vedtak_discard": UrlRow(CASEWORK, "draft"),
    "casework:vedtak_take_over": UrlRow(CASEWORK, "draft"),
    "casework:vedtak_change": UrlRow(CASEWORK, "vedtak"),
    "casework:vedtak_arrived": UrlRow(CASEWORK, "vedtak"),
    "casework:vedtak_disqualify": post_row(CASEWORK, "draft"),
    "casework:vedtak_preview": UrlRow(CASE, "draft", page=False),
    "casework:appeal_new": UrlRow(CASEWORK, "refused"),
    "casework:appeals": UrlRow(CASE),
    "casework:appeal": UrlRow(CASE, "forwarded_appeal"),
    "casework:appeal_confirm": post_row(CASEWORK, "appeal"),
    "casework:appeal_assign": UrlRow(CASEWORK, "appeal"),
    "casework:appeal_take_up": UrlRow(CASEWORK, "appeal"),
    "casework:appeal_dismiss": UrlRow(CASEWORK, "appeal"),
    "casework:appeal_reverse": UrlRow(CASEWORK, "appeal"),
    "casework:appeal_set_aside": UrlRow(CASEWORK, "appeal"),
    "casework:appeal_take_in": UrlRow(CASEWORK, "forwarded_appeal"),
    "casework:appeal_forward": UrlRow(CASEWORK, "appeal"),
    "casework:appeal_withdraw": UrlRow(CASEWORK, "appeal"),
    "casework:dismissal_collected": UrlRow(CASEWORK, "appeal"),
    "casework:appeal_reopen": UrlRow(CASEWORK, "appeal"),
    "casework:appeal_suspension": UrlRow(CASEWORK, "appeal"),
    "casework:appeal_ask_suspension": UrlRow(CASEWORK, "appeal"),
    "casework:appeal_outcome": UrlRow(CASEWORK, "forwarded_appeal"),
    "casework:appeal_remind": post_row(CASEWORK, "forwarded_appeal"),
    "casework:appeal_new_vedtak": post_row(CASEWORK, "forwarded_appeal"),
    "casework:appeal_documents": UrlRow(CASE, "forwarded_appeal", page=False),
    "casework:letter": UrlRow(CASE, "letter", page=False),
    "casework:letter_copy": UrlRow(CASE, "letter_copy", page=False),
    "casework:letter_agreement": UrlRow(CASEWORK, "person"),
    "casework:notice_new": UrlRow(CASEWORK, "open_application"),
    "casework:notice_answer": UrlRow(CASEWORK, "advance_notice"),
    "casework:service_new": UrlRow(CASEWORK, "person"),
    "casework:service": UrlRow(CASEWORK, "service"),
    "casework:plan_reopen": UrlRow(CASEWORK, "settled_plan"),
    "casework:service_hours": UrlRow(CASEWORK, "service"),
    "casework:service_end": UrlRow(CASEWORK, "service"),
    "casework:team_member_new": UrlRow(CASEWORK, "person"),
    "casework:team_member_leave": post_row(CASEWORK, "team_member"),
    "casework:team_meeting_new": UrlRow(CASEWORK, "person"),
    "casework:plan_new": UrlRow(CASEWORK, "person"),
    "casework:plan_edit": UrlRow(CASEWORK, "plan"),
    "casework:plan_settle": UrlRow(CASEWORK, "plan"),
    "casework:milestone_new": UrlRow(CASEWORK, "plan"),
    "casework:milestone": UrlRow(CASEWORK, "milestone"),
    "casework:milestone_done": post_row(CASEWORK, "milestone"),
    "casework:checklist_item": UrlRow(CASEWORK, "checklist_item"),
    "casework:checklist_item_done": post_row(CASEWORK, "checklist_item"),
    "casework:institution_notice_new": UrlRow(CASEWORK, "person"),
    "casework:handover_new": UrlRow(CASEWORK, "person"),
    "casework:handover": UrlRow(CASE, "handover"),
    # Only the receiver; tested in tests/casework/follow_up/test_handovers.py.
    "casework:handover_acknowledge": post_row(NOBODY, "handover"),
    "casework:handover_done": post_row(NOBODY, "handover"),
    "casework:checklist": UrlRow((ADMIN, MANAGER)),
    "casework:checklist_end": post_row((ADMIN, MANAGER), "checklist_kind"),
    "casework:note": UrlRow(CASE, "note"),
    "casework:note_objection": UrlRow(CASEWORK, "note"),
    "casework:document_new": UrlRow(CASEWORK, "person"),
    "casework:document": UrlRow(CASE, "document", page=False),
    "casework:document_withdraw": UrlRow(CASEWORK, "document"),
    # A user who is not responsible for the person must first give a reason to read.
    "casework:past_matters": UrlRow(CASEWORK, "person"),
    "casework:past_matter_new": UrlRow(NOBODY, "person"),
    "casework:past_matter": UrlRow(NOBODY, "past_matter"),
    "casework:past_matter_payments": UrlRow(NOBODY, "past_matter"),
}

STAYS: dict[str, UrlRow] = {
    "stays:temporary": UrlRow(CASE),
    "stays:stay_new": UrlRow(CASEWORK, "person"),
    "stays:separate": UrlRow(CASEWORK, "parent"),
    "stays:separation_undo": UrlRow(CASEWORK, "household_split"),
    "stays:stay_change": UrlRow(CASEWORK, "stay"),
    "stays:stay_end": UrlRow(CASEWORK, "stay"),
    "stays:stay_void": UrlRow(CASEWORK, "stay"),
    "stays:stay_reopen": UrlRow(CASEWORK, "stay"),
    "stays:renew": UrlRow(CASEWORK, "stay"),
    "stays:place": UrlRow(CASEWORK, "open_application"),
    "stays:place_search": UrlRow(CASEWORK, "open_application"),
    "stays:place_search_correct": UrlRow(CASEWORK, "search"),
    "stays:tonight": UrlRow(CASE),
    "stays:tonight_at": UrlRow(CASE, "stay_place"),
    "stays:flag": UrlRow(CASE, "flag"),
    "stays:leases": UrlRow(CASE),
    "stays:leases_at_risk": UrlRow(CASE),
    "stays:risk": UrlRow(CASEWORK, "risk"),
    "stays:risk_close": UrlRow(CASEWORK, "risk"),
    "stays:risk_reopen": UrlRow(CASEWORK, "closed_risk"),
    "stays:price_index": UrlRow((ADMIN, MANAGER)),
    "stays:lease": UrlRow(CASE, "lease"),
    "stays:price_index_correct": UrlRow((ADMIN, MANAGER), "index"),
    "stays:lease_correct": UrlRow(CASEWORK, "lease"),
    "stays:step_correct": UrlRow(CASEWORK, "step"),
    "stays:renewal_correct": UrlRow(CASEWORK, "renewal"),
    "stays:lease_cancel": UrlRow(CASEWORK, "lease"),
    "stays:lease_ready": UrlRow(CASEWORK, ("lease", "readiness_kind")),
    "stays:lease_renew": post_row(CASEWORK, "lease"),
    # Without a vedtak on extension there is no lease to write.
    "stays:lease_prolong": UrlRow(CASEWORK, "lease", ok=302, page=False),
    "stays:lease_rent": UrlRow(CASEWORK, "lease"),
    "stays:risk_new": UrlRow(CASEWORK, "lease"),
    "stays:lease_step": UrlRow(CASEWORK, "lease"),
}

MEET = (CHAIR, CASEWORKER, APPROVER)  # roles that run meetings
ALLOCATION: dict[str, UrlRow] = {
    "allocation:waiting_list": UrlRow(CASE),
    "allocation:why": UrlRow(CASE, "application"),
    "allocation:class_propose": UrlRow(CASEWORK, "application"),
    "allocation:class_queue": UrlRow(CASEWORK),
    # 302: the approver is redirected to the explanation.
    "allocation:class_proposal": UrlRow(CASEWORK, "manual_class", ok=(200, 302)),
    "allocation:class_approve": post_row((APPROVER,), "manual_class"),
    "allocation:class_decline": post_row((APPROVER,), "manual_class"),
    "allocation:still_needed": UrlRow(CASEWORK),
    "allocation:still_needed_letters": post_row(CASEWORK),
    "allocation:still_needed_answer": UrlRow(CASEWORK, "need_check"),
    "allocation:meetings": UrlRow(CASE),
    "allocation:meeting_new": UrlRow(MEET),
    "allocation:meeting": UrlRow(CASE, "meeting"),
    "allocation:meeting_add": post_row(MEET, "meeting"),
    "allocation:meeting_open": post_row(MEET, "planned_meeting"),
    "allocation:meeting_present": post_row(MEET, "meeting"),
    "allocation:meeting_absent": post_row(MEET, ("meeting", "attendance")),
    "allocation:meeting_approve": post_row(NOBODY, "meeting"),  # only its own chair
    "allocation:minutes": UrlRow(CASE, "approved_meeting", page=False),
    "allocation:item": UrlRow(CASE, ("meeting", "item")),
    "allocation:item_move": post_row(MEET, ("meeting", "item")),
    # Only those who see everybody.
    "allocation:item_release": post_row(NOBODY, ("meeting", "item")),
    "allocation:item_inhabil": post_row(MEET, ("meeting", "item")),
    "allocation:offer_new": UrlRow(CASEWORK, "chosen"),
    "allocation:offer": UrlRow(CASE, "offer"),
    "allocation:offer_answer": UrlRow(CASEWORK, "offer"),
    "allocation:offer_answer_undo": post_row(CASEWORK, "accepted_offer"),
    "allocation:offer_withdraw": post_row(CASEWORK, "offer"),
    "allocation:offer_expire": post_row(CASEWORK, "offer"),
    "allocation:lease_new": UrlRow(CASEWORK, "accepted_offer"),
    "allocation:lease_information": UrlRow(CASEWORK, "accepted_offer"),
    "allocation:discharges": UrlRow(CASE),
    "allocation:reserve": UrlRow(CASEWORK, "open_person"),
    "allocation:release": UrlRow(CASEWORK, "reservation"),
    "allocation:offer_reserved": UrlRow(CASEWORK, "reservation"),
}

PEERS: dict[str, UrlRow] = {
    "peers:links": UrlRow((COORDINATOR,)),
    "peers:places": UrlRow((COORDINATOR,)),
    "peers:link_new": UrlRow(CASEWORK, "person"),
    "peers:link": UrlRow((COORDINATOR,), "link"),
    "peers:link_decline": post_row((COORDINATOR,), "wanted_link"),
    "peers:link_pause": post_row((COORDINATOR,), "link"),
    "peers:link_resume": post_row((COORDINATOR,), "link"),
    "peers:link_end": post_row((COORDINATOR,), "link"),
    "peers:link_change": post_row((COORDINATOR,), "link"),
    "peers:log": UrlRow((PEER,)),
    "peers:contact_confirm": post_row((PEER,)),
    "peers:contact_send": post_row((PEER,)),
    "peers:mine": UrlRow((PEER,)),
    # Only the participant's own peer; other peers get 404.
    "peers:participant": UrlRow(NOBODY, "link", special={PEER: 404}),
}

HOUSING: dict[str, UrlRow] = {
    "housing:export": post_row((STOCK,)),
    "housing:providers": UrlRow((*CASE, STOCK)),
    "housing:provider": UrlRow((*CASE, STOCK), "provider"),
    "housing:provider_new": UrlRow((STOCK,)),
    "housing:provider_edit": UrlRow((STOCK,), "provider"),
    "housing:agreement_new": UrlRow((STOCK,), "provider"),
    "housing:check_new": UrlRow((STOCK,), "provider"),
    "housing:check_mended": post_row((STOCK,), "quality_check"),
    "housing:agreement_correct": UrlRow((STOCK,), "agreement"),
    "housing:check_correct": UrlRow((STOCK,), "quality_check"),
    "housing:agreement_flag": UrlRow((STOCK,), "agreement_flag"),
    "housing:unit_edit": UrlRow((STOCK,), "unit"),
    "housing:unit_new": UrlRow((STOCK,), "property"),
    "housing:unit_reshape": UrlRow((STOCK,), "unit"),
    "housing:unit_reshape_undo": post_row((STOCK,), "unit"),
    "housing:out_of_use_new": UrlRow((STOCK,), "unit"),
    "housing:out_of_use_edit": UrlRow((STOCK,), "unavailability"),
    "housing:property_new": UrlRow((STOCK,)),
    "housing:property_edit": UrlRow((STOCK,), "property"),
    "housing:upkeep": UrlRow((*CASE, STOCK)),
    "housing:upkeep_new": UrlRow((*CASE, STOCK), "property"),
    "housing:upkeep_done": UrlRow((*CASE, STOCK), "upkeep"),
    "housing:upkeep_reopen": post_row((STOCK,), "upkeep"),
    "housing:meeting_new": UrlRow((*CASE, STOCK), "property"),
    "housing:meeting_correct": UrlRow((*CASE, STOCK), "house_meeting"),
    "housing:words": UrlRow((STOCK,)),
    "housing:word_remove": post_row((STOCK,), "avoided"),
}

DESK: dict[str, UrlRow] = {
    # Users without Min dag are redirected to their start page.
    "desk:day": UrlRow(CASE, other=302),
    "desk:search": UrlRow((*CASE, STOCK)),
    "desk:persons": UrlRow(CASE),
    "desk:person": UrlRow(CASE, "person"),
    "desk:person_rank": UrlRow(CASE, ("person", "application"), ok=302, page=False),
    "desk:person_number": post_row(CASE, "person"),
    "desk:death": UrlRow(CASEWORK, "person"),
    "desk:death_correct": UrlRow(CASEWORK, "dead"),
    "desk:death_undo": UrlRow(CASEWORK, "dead"),
    "desk:person_assessments": UrlRow(CASE, "person"),
    "desk:person_cases": UrlRow(CASE, "person"),
    "desk:person_stays": UrlRow(CASE, "person"),
    "desk:person_follow_up": UrlRow(CASE, "person"),
    "desk:person_documents": UrlRow(CASE, "person"),
    "desk:person_events": UrlRow(CASE, "person"),
    "desk:person_reads": UrlRow(CASE, "person"),
    "desk:properties": UrlRow((*CASE, STOCK)),
    "desk:property": UrlRow((*CASE, STOCK), "property"),
    "desk:voids": UrlRow((*CASE, STOCK)),
    "desk:milieu": UrlRow((*CASE, STOCK)),
    "desk:units": UrlRow((*CASE, STOCK)),
    "desk:unit": UrlRow((*CASE, STOCK), "unit"),
}

INSIGHT: dict[str, UrlRow] = {
    "insight:overview": UrlRow((MANAGER, CHAIR)),
}

TABLE: dict[str, UrlRow] = {
    **COMMON,
    **ACCOUNTS,
    **CASEWORK_APP,
    **STAYS,
    **ALLOCATION,
    **PEERS,
    **HOUSING,
    **DESK,
    **INSIGHT,
}


def samples() -> SimpleNamespace:
    """One of each object the URLs name; all for people without protection."""
    from accounts.enums import ImportState
    from accounts.file_imports.kinds import Report, RowReport
    from accounts.models import Draft, FileImport
    from allocation.models import ManualClass
    from casework.assessment import statement_links as links
    from casework.models import PlainWord, StandardText
    from housing.models import NameToAvoid, ResidentsMeeting
    from tests import factories as f
    from tests import factories_follow_up as follow_up
    from tests.factories_housing import AgreementFlagFactory, QualityCheckFactory, UpkeepFactory
    from tests.factories_intake import MissingPaperFactory
    from tests.factories_leases import (
        AdjustmentFactory,
        LeaseRenewalFactory,
        PriceIndexFactory,
        ReservationFactory,
        RiskFactory,
        StepFactory,
    )
    from tests.factories_merging import MergeFactory
    from tests.factories_statements import StatementFactory

    made = SimpleNamespace(
        setting_key="lease_years",
        appeals_body="statsforvalteren",
        letter_section="interim",
        letter_text="interim.intro",
    )
    made.user = f.UserFactory(caseworker=True)
    made.role = made.user.roles.get()
    made.organisation_unit = made.role.unit
    made.proposal = f.RoleProposalFactory()
    f.AccessEventFactory(user=made.proposal.user)
    made.person = f.PersonFactory(with_household=True)
    made.application = f.ApplicationFactory(person=made.person, granted=True)
    made.household_member = f.FamilyFactory(children=1).members.get(relation="barn")
    made.service_slug = "tjeneste"
    made.dead = f.PersonFactory()
    made.parent = f.HouseholdFactory(partner=f.PersonFactory(), children=1).head
    f.DeathFactory(person=made.dead)
    made.number_claim = f.NumberClaimFactory(person=made.person)
    made.household_split = f.separated(f.HouseholdFactory(partner=f.PersonFactory()))
    made.assessment = made.application.assessments.first()
    made.basis = f.basis()
    made.text = StandardText.objects.get(code="opplyst")
    # A separate one for each role that deletes it.
    made.word = PlainWord.objects.get_or_create(word="prøveord")[0]
    made.statement = StatementFactory(person=made.person)
    made.statement_token = links.token(StatementFactory(person=made.person, outside=True))
    made.dimension = made.assessment.answers.first().dimension
    made.vedtak = made.application.decision
    made.letter = made.vedtak.letter
    made.letter_copy = f.LetterCopyFactory(letter=made.letter)
    made.paper = MissingPaperFactory()
    made.twin = f.PersonFactory(first_name=made.person.first_name)
    made.merge = MergeFactory()
    made.representative = f.RepresentativeFactory(person=made.person)
    made.open_application = f.ApplicationFactory(assessed=True)
    made.draft = f.VedtakFactory()
    made.draft_of_another = Draft.objects.create(
        user=made.draft.drafted_by, path="/", form="NoteForm", saved_at=f.now()
    )
    made.submitted = f.VedtakFactory(submitted=True)
    made.refused = f.ApplicationFactory(refused=True).decision
    made.advance_notice = f.AdvanceNoticeFactory(application=made.open_application)
    made.appeal = f.AppealFactory(reviewing=True)
    made.forwarded_appeal = f.AppealFactory(forwarded=True)
    made.stay = f.StayFactory(person=made.person, days_ago=100)
    made.search = f.PlaceSearchFactory(person=made.person)
    made.stay_place = made.stay.unit.property
    made.flag = f.FlagFactory(person=made.person, application=made.application)
    follow_up.add_samples(made)
    made.lease = f.LeaseFactory()
    made.readiness_kind = "visning"
    made.risk = RiskFactory(lease=made.lease)
    made.closed_risk = RiskFactory(closed=True)
    made.step = StepFactory(lease=made.lease)
    made.index = PriceIndexFactory()
    made.renewal = LeaseRenewalFactory()
    made.adjustment = AdjustmentFactory(to_index=made.index)
    made.open_person = made.open_application.person
    made.reservation = ReservationFactory(application=made.open_application)
    made.manual_class = ManualClass.objects.create(
        application=made.application,
        class_number=1,
        reason="Haster",
        set_at=f.now(),
        set_by=made.user,
    )
    made.unit = f.UnitFactory()
    made.unavailability = f.UnavailabilityFactory(
        unit=made.unit, period=f.since(f.days_ago(300), f.days_ago(290))
    )
    made.property = made.unit.property
    made.upkeep = UpkeepFactory(property=made.property, unit=made.unit)
    made.provider = f.ProviderFactory()
    made.agreement_flag = AgreementFlagFactory(agreement__provider=made.provider)
    made.agreement = made.agreement_flag.agreement
    made.house_meeting = ResidentsMeeting.objects.create(
        property=made.property,
        held_on=f.today(),
        raised="Støy om natten",
        agreed="Vaktmester snakker med beboerne",
        recorded_at=f.now(),
        recorded_by=made.user,
    )
    made.quality_check = QualityCheckFactory(provider=made.provider)
    made.avoided = NameToAvoid.objects.create(word="gjenganger")
    made.import_kind = "boliger"
    made.file_import = FileImport.objects.create(
        kind="boliger",
        file_name="boliger.csv",
        content=b"navn,boligtype,antall_enheter\nFurulia 2,kommunal,3\n",
        state=ImportState.READ,
        report=Report(
            [RowReport(2, "Furulia 2", makes=3, missing=["adresse"], verdict="3 nye boliger")]
        ).as_json(),
        uploaded_at=f.now(),
        uploaded_by=made.user,
    )
    made.meeting = f.MeetingFactory(open=True)
    made.item = f.AgendaItemFactory(meeting=made.meeting, considering=[made.application])
    made.planned_meeting = f.MeetingFactory()
    made.attendance = made.meeting.attendances.create(name="Tove Gjest")
    made.chosen = f.ConsiderationFactory(
        item=f.AgendaItemFactory(decided=True), application=made.application, chosen=True
    )
    made.approved_meeting = f.MeetingFactory(approved=True)
    made.offer = f.OfferFactory(application=made.application)
    made.accepted_offer = f.OfferFactory(accepted=True)
    made.reported_link = f.PeerLinkFactory()
    made.wanted_link = f.PeerLinkFactory(wanted=True)
    made.link = f.PeerLinkFactory(linked=True)
    made.contact = f.ContactFactory(link=made.link)
    return made
