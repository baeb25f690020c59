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
CASE = (CASEWORKER, APPROVER, CHAIR, MANAGER)  # roles that read cases
CASEWORK = (CASEWORKER, APPROVER)  # roles that do casework
NOBODY: tuple = ()

# A POST without data: done, or the form again with its errors.
ANSWERED = (200, 302, 303, 422)


@dataclass(frozen=True)
class Row:
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


def post_row(roles: tuple[R, ...], args: str | tuple[str, ...] = (), **kwargs: Any) -> Row:
    """A URL that only takes a POST."""
    return Row(roles, args, ok=ANSWERED, post=True, page=False, **kwargs)


# URL names with these prefixes are tested elsewhere: allauth's pages in their own tests
# (tests/accounts/test_sign_in.py), and the health checks in tests/test_health.py.
NOT_OURS = ("account_", "mfa_", "socialaccount_", "openid_connect_", "healthz", "readyz")

ACCOUNTS = {
    # Only in demo mode; tested in tests/accounts/test_sign_in.py.
    "demo:sign_in": Row(NOBODY, other=404, anonymous=404, page=False),
    "accounts:me": Row(EVERYONE),
    "accounts:users": Row((ADMIN,)),
    "accounts:user": Row((ADMIN,), "user"),
    "accounts:role_end": Row((ADMIN,), "role"),
    "accounts:jobs": Row((ADMIN, MANAGER)),
    "accounts:settings": Row((ADMIN, MANAGER)),
    "accounts:setting": Row((ADMIN, MANAGER), "setting_key"),
    "accounts:read_log": Row((PRIVACY,)),
}

COMMON: dict[str, Row] = {
    # The component page, for developers; not in production.
    "common:components": Row(EVERYONE),
}

CASEWORK_APP: dict[str, Row] = {
    "casework:person_new": Row(CASEWORK),
    "casework:person_edit": Row(CASEWORK, "person"),
    "casework:household": Row(CASEWORK, "person"),
    "casework:representatives": Row(CASEWORK, "person"),
    "casework:representative_edit": Row(CASEWORK, "representative"),
    "casework:section_27": Row(CASEWORK),
    "casework:draft_save": Row(CASEWORK, "draft_key", ok=204, post=True, page=False),
    "casework:draft_discard": post_row(CASEWORK, "draft_key"),
    "casework:papers_ask": Row(CASEWORK, "open_application"),
    "casework:paper_receive": post_row(CASEWORK, "paper"),
    "casework:transfer_acknowledge": post_row(CASEWORK, "open_application"),
    "casework:merge_find": Row(CASEWORK, "person"),
    "casework:merge": Row(CASEWORK, ("person", "twin")),
    "casework:merge_undo": Row(CASEWORK, "merge"),
    "casework:note_new": Row(CASEWORK, "person"),
    "casework:application_new": Row(CASEWORK, "person"),
    "casework:applications": Row(CASE),
    "casework:application": Row(CASE, "application"),
    "casework:application_take": post_row(CASEWORK, "open_application"),
    "casework:application_withdraw": Row(CASEWORK, "open_application"),
    "casework:application_forward": Row(CASEWORK, "open_application"),
    "casework:interim_reply": Row(CASEWORK, "open_application"),
    "casework:text_list": Row((ADMIN, MANAGER)),
    "casework:text_new": Row((ADMIN, MANAGER)),
    "casework:text": Row((ADMIN, MANAGER), "text"),
    "casework:text_end": Row((ADMIN, MANAGER), "text"),
    "casework:basis_list": Row((ADMIN, MANAGER)),
    "casework:basis_new": Row((ADMIN, MANAGER)),
    "casework:basis": Row((ADMIN, MANAGER), "basis"),
    "casework:basis_end": Row((ADMIN, MANAGER), "basis"),
    "casework:words": Row((ADMIN, MANAGER)),
    "casework:word_remove": post_row((ADMIN, MANAGER), "word"),
    "casework:dimensions": Row((ADMIN, MANAGER)),
    "casework:dimension_new": Row((ADMIN, MANAGER)),
    "casework:dimension": Row((ADMIN, MANAGER), "dimension"),
    "casework:dimension_end": Row((ADMIN, MANAGER), "dimension"),
    "casework:dimension_move": post_row((ADMIN, MANAGER), "dimension"),
    "casework:assessment_new": Row(CASEWORK, "open_application"),
    "casework:assessment": Row(CASE, "assessment"),
    "casework:statement_new": Row(CASEWORK, "person"),
    "casework:statement": Row(CASE, "statement"),
    # Only the colleague who was asked.
    "casework:statement_answer": Row(NOBODY, "statement"),
    "casework:statement_comment": Row(CASEWORK, "statement"),
    "casework:statement_renew": post_row(CASEWORK, "statement"),
    "casework:statement_withdraw": post_row(CASEWORK, "statement"),
    # For anyone with the link, signed in or not.
    "casework:statement_outside": Row(EVERYONE, "statement_token", anonymous=200),
    "casework:need": Row(CASEWORK, "open_application"),
    "casework:vedtak_new": post_row(CASEWORK, "open_application"),
    "casework:choices": Row(CASE, "open_application"),
    "casework:vedtak_queue": Row(CASE),
    "casework:vedtak_draft": Row(CASE, "draft", page=False),
    "casework:vedtak": Row(CASE, "vedtak"),
    "casework:vedtak_submit": post_row(CASEWORK, "draft"),
    "casework:vedtak_approve": post_row((APPROVER,), "submitted"),
    "casework:vedtak_return": post_row((APPROVER,), "submitted"),
    "casework:vedtak_disqualify": post_row(CASEWORK, "draft"),
    "casework:vedtak_preview": Row(CASE, "draft", page=False),
    "casework:appeal_new": Row(CASEWORK, "refused"),
    "casework:appeals": Row(CASE),
    "casework:appeal": Row(CASE, "forwarded_appeal"),
    "casework:appeal_confirm": post_row(CASEWORK, "appeal"),
    "casework:appeal_assign": Row(CASEWORK, "appeal"),
    "casework:appeal_take_up": Row(CASEWORK, "appeal"),
    "casework:appeal_dismiss": Row(CASEWORK, "appeal"),
    "casework:appeal_reverse": Row(CASEWORK, "appeal"),
    "casework:appeal_forward": Row(CASEWORK, "appeal"),
    "casework:appeal_withdraw": Row(CASEWORK, "appeal"),
    "casework:appeal_suspension": Row(CASEWORK, "appeal"),
    "casework:appeal_ask_suspension": Row(CASEWORK, "appeal"),
    "casework:appeal_outcome": Row(CASEWORK, "forwarded_appeal"),
    "casework:appeal_remind": post_row(CASEWORK, "forwarded_appeal"),
    "casework:appeal_new_vedtak": post_row(CASEWORK, "forwarded_appeal"),
    "casework:appeal_documents": Row(CASE, "forwarded_appeal", page=False),
    "casework:letter": Row(CASE, "letter", page=False),
    "casework:letter_copy": Row(CASE, "letter_copy", page=False),
    "casework:letter_agreement": Row(CASEWORK, "person"),
    "casework:notice_new": Row(CASEWORK, "open_application"),
    "casework:service_new": Row(CASEWORK, "person"),
    "casework:service": Row(CASEWORK, "service"),
    "casework:service_hours": Row(CASEWORK, "service"),
    "casework:service_end": Row(CASEWORK, "service"),
    "casework:team_member_new": Row(CASEWORK, "person"),
    "casework:team_member_leave": post_row(CASEWORK, "team_member"),
    "casework:team_meeting_new": Row(CASEWORK, "person"),
    "casework:plan_new": Row(CASEWORK, "person"),
    "casework:plan_edit": Row(CASEWORK, "plan"),
    "casework:plan_settle": Row(CASEWORK, "plan"),
    "casework:milestone_new": Row(CASEWORK, "plan"),
    "casework:milestone": Row(CASEWORK, "milestone"),
    "casework:milestone_done": post_row(CASEWORK, "milestone"),
    "casework:checklist_item": Row(CASEWORK, "checklist_item"),
    "casework:checklist_item_done": post_row(CASEWORK, "checklist_item"),
    "casework:institution_notice_new": Row(CASEWORK, "person"),
    "casework:handover_new": Row(CASEWORK, "person"),
    "casework:handover": Row(CASE, "handover"),
    # Only the receiver; tested in tests/casework/follow_up/test_handovers.py.
    "casework:handover_acknowledge": post_row(NOBODY, "handover"),
    "casework:handover_done": post_row(NOBODY, "handover"),
    "casework:checklist": Row((ADMIN, MANAGER)),
    "casework:checklist_end": post_row((ADMIN, MANAGER), "checklist_kind"),
    "casework:note": Row(CASE, "note"),
    "casework:note_objection": Row(CASEWORK, "note"),
    "casework:document_new": Row(CASEWORK, "person"),
    "casework:document": Row(CASE, "document", page=False),
    "casework:document_withdraw": Row(CASEWORK, "document"),
    # A user who is not responsible for the person must first give a reason to read.
    "casework:past_matters": Row(CASEWORK, "person"),
    "casework:past_matter_new": Row(NOBODY, "person"),
    "casework:past_matter": Row(NOBODY, "past_matter"),
    "casework:past_matter_payments": Row(NOBODY, "past_matter"),
}

STAYS: dict[str, Row] = {
    "stays:temporary": Row(CASE),
    "stays:stay_new": Row(CASEWORK, "person"),
    "stays:stay_change": Row(CASEWORK, "stay"),
    "stays:stay_end": Row(CASEWORK, "stay"),
    "stays:renew": Row(CASEWORK, "stay"),
    "stays:place": Row(CASEWORK, "open_application"),
    "stays:place_search": Row(CASEWORK, "open_application"),
    "stays:tonight": Row(CASE),
    "stays:tonight_at": Row(CASE, "stay_place"),
    "stays:flag": Row(CASE, "flag"),
    "stays:leases": Row(CASE),
    "stays:leases_at_risk": Row(CASE),
    "stays:risk": Row(CASEWORK, "risk"),
    "stays:risk_close": Row(CASEWORK, "risk"),
    "stays:price_index": Row((ADMIN, MANAGER)),
    "stays:lease": Row(CASE, "lease"),
    "stays:lease_ready": Row(CASEWORK, ("lease", "readiness_kind")),
    "stays:lease_renew": post_row(CASEWORK, "lease"),
    # Without a vedtak on extension there is no lease to write.
    "stays:lease_prolong": Row(CASEWORK, "lease", ok=302, page=False),
    "stays:lease_rent": Row(CASEWORK, "lease"),
    "stays:risk_new": Row(CASEWORK, "lease"),
    "stays:lease_step": Row(CASEWORK, "lease"),
}

MEET = (CHAIR, CASEWORKER, APPROVER)  # roles that run meetings
ALLOCATION: dict[str, Row] = {
    "allocation:waiting_list": Row(CASE),
    "allocation:why": Row(CASE, "application"),
    "allocation:class_propose": Row(CASEWORK, "application"),
    "allocation:class_queue": Row(CASEWORK),
    # 302: the approver is redirected to the explanation.
    "allocation:class_proposal": Row(CASEWORK, "manual_class", ok=(200, 302)),
    "allocation:class_approve": post_row((APPROVER,), "manual_class"),
    "allocation:class_decline": post_row((APPROVER,), "manual_class"),
    "allocation:still_needed": Row(CASEWORK),
    "allocation:still_needed_letters": post_row(CASEWORK),
    "allocation:still_needed_answer": Row(CASEWORK, "need_check"),
    "allocation:meetings": Row(CASE),
    "allocation:meeting_new": Row(MEET),
    "allocation:meeting": Row(CASE, "meeting"),
    "allocation:meeting_add": post_row(MEET, "meeting"),
    "allocation:meeting_open": post_row(MEET, "planned_meeting"),
    "allocation:meeting_present": post_row(MEET, "meeting"),
    "allocation:meeting_absent": post_row(MEET, ("meeting", "attendance")),
    "allocation:meeting_approve": post_row(NOBODY, "meeting"),  # only its own chair
    "allocation:minutes": Row(CASE, "approved_meeting", page=False),
    "allocation:item": Row(CASE, ("meeting", "item")),
    "allocation:item_move": post_row(MEET, ("meeting", "item")),
    "allocation:item_inhabil": post_row(MEET, ("meeting", "item")),
    "allocation:offer_new": Row(CASEWORK, "chosen"),
    "allocation:offer": Row(CASE, "offer"),
    "allocation:offer_answer": Row(CASEWORK, "offer"),
    "allocation:offer_withdraw": post_row(CASEWORK, "offer"),
    "allocation:offer_expire": post_row(CASEWORK, "offer"),
    "allocation:lease_new": Row(CASEWORK, "accepted_offer"),
    "allocation:lease_information": Row(CASEWORK, "accepted_offer"),
    "allocation:discharges": Row(CASE),
    "allocation:reserve": Row(CASEWORK, "open_person"),
    "allocation:release": Row(CASEWORK, "reservation"),
    "allocation:offer_reserved": Row(CASEWORK, "reservation"),
}

PEERS: dict[str, Row] = {
    "peers:links": Row((COORDINATOR,)),
    "peers:places": Row((COORDINATOR,)),
    "peers:link_new": Row(CASEWORK, "person"),
    "peers:link": Row((COORDINATOR,), "link"),
    "peers:link_decline": post_row((COORDINATOR,), "wanted_link"),
    "peers:link_pause": post_row((COORDINATOR,), "link"),
    "peers:link_resume": post_row((COORDINATOR,), "link"),
    "peers:link_end": post_row((COORDINATOR,), "link"),
    "peers:link_change": post_row((COORDINATOR,), "link"),
    "peers:log": Row((PEER,)),
    "peers:contact_confirm": post_row((PEER,)),
    "peers:contact_send": post_row((PEER,)),
    "peers:mine": Row((PEER,)),
    # Only the participant's own peer; other peers get 404.
    "peers:participant": Row(NOBODY, "link", special={PEER: 404}),
}

HOUSING: dict[str, Row] = {
    "housing:import": Row((STOCK,)),
    "housing:import_review": Row((STOCK,), "stock_import"),
    "housing:import_apply": post_row((STOCK,), "stock_import"),
    "housing:export": post_row((STOCK,)),
    "housing:providers": Row((*CASE, STOCK)),
    "housing:provider": Row((*CASE, STOCK), "provider"),
    "housing:provider_new": Row((STOCK,)),
    "housing:provider_edit": Row((STOCK,), "provider"),
    "housing:agreement_new": Row((STOCK,), "provider"),
    "housing:check_new": Row((STOCK,), "provider"),
    "housing:check_mended": post_row((STOCK,), "quality_check"),
    "housing:agreement_flag": Row((STOCK,), "agreement_flag"),
    "housing:unit_edit": Row((STOCK,), "unit"),
    "housing:property_edit": Row((STOCK,), "property"),
    "housing:upkeep": Row((*CASE, STOCK)),
    "housing:upkeep_new": Row((*CASE, STOCK), "property"),
    "housing:upkeep_done": Row((*CASE, STOCK), "upkeep"),
    "housing:meeting_new": Row((*CASE, STOCK), "property"),
    "housing:words": Row((STOCK,)),
    "housing:word_remove": post_row((STOCK,), "avoided"),
}

DESK: dict[str, Row] = {
    # Users without Min dag are redirected to their start page.
    "desk:day": Row(CASE, other=302),
    "desk:search": Row((*CASE, STOCK)),
    "desk:persons": Row(CASE),
    "desk:person": Row(CASE, "person"),
    "desk:person_rank": Row(CASE, ("person", "application"), ok=302, page=False),
    "desk:person_number": post_row(CASE, "person"),
    "desk:person_assessments": Row(CASE, "person"),
    "desk:person_cases": Row(CASE, "person"),
    "desk:person_stays": Row(CASE, "person"),
    "desk:person_follow_up": Row(CASE, "person"),
    "desk:person_documents": Row(CASE, "person"),
    "desk:person_events": Row(CASE, "person"),
    "desk:person_reads": Row(CASE, "person"),
    "desk:properties": Row((*CASE, STOCK)),
    "desk:property": Row((*CASE, STOCK), "property"),
    "desk:voids": Row((*CASE, STOCK)),
    "desk:milieu": Row((*CASE, STOCK)),
    "desk:units": Row((*CASE, STOCK)),
    "desk:unit": Row((*CASE, STOCK), "unit"),
}

INSIGHT: dict[str, Row] = {
    "insight:overview": Row((MANAGER, CHAIR)),
}

TABLE: dict[str, Row] = {
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
    from allocation.models import ManualClass
    from casework.assessment import statement_links as links
    from casework.models import PlainWord, StandardText
    from housing.models import NameToAvoid, StockImport
    from tests import factories as f
    from tests import factories_follow_up as follow_up
    from tests.factories_housing import AgreementFlagFactory, QualityCheckFactory, UpkeepFactory
    from tests.factories_intake import MissingPaperFactory
    from tests.factories_leases import ReservationFactory, RiskFactory
    from tests.factories_merging import MergeFactory
    from tests.factories_statements import StatementFactory

    made = SimpleNamespace(setting_key="lease_years")
    made.user = f.UserFactory(caseworker=True)
    made.role = made.user.roles.get()
    made.person = f.PersonFactory(with_household=True)
    made.application = f.ApplicationFactory(person=made.person, granted=True)
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
    made.draft_key = "paragraf-27"
    made.paper = MissingPaperFactory()
    made.twin = f.PersonFactory(first_name=made.person.first_name)
    made.merge = MergeFactory()
    made.representative = f.RepresentativeFactory(person=made.person)
    made.open_application = f.ApplicationFactory(assessed=True)
    made.draft = f.VedtakFactory()
    made.submitted = f.VedtakFactory(submitted=True)
    made.refused = f.ApplicationFactory(refused=True).decision
    made.appeal = f.AppealFactory(reviewing=True)
    made.forwarded_appeal = f.AppealFactory(forwarded=True)
    made.stay = f.StayFactory(person=made.person, days_ago=100)
    made.stay_place = made.stay.unit.property
    made.flag = f.FlagFactory(person=made.person, application=made.application)
    follow_up.add_samples(made)
    made.lease = f.LeaseFactory()
    made.readiness_kind = "visning"
    made.risk = RiskFactory(lease=made.lease)
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
    made.property = made.unit.property
    made.upkeep = UpkeepFactory(property=made.property, unit=made.unit)
    made.provider = f.ProviderFactory()
    made.agreement_flag = AgreementFlagFactory(agreement__provider=made.provider)
    made.quality_check = QualityCheckFactory(provider=made.provider)
    made.avoided = NameToAvoid.objects.create(word="gjenganger")
    made.stock_import = StockImport.objects.create(
        file_name="boliger.csv",
        content=b"navn,boligtype,antall_enheter\nFurulia 2,kommunal,3\n",
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
