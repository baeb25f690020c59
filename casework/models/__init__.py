from .appeals import Appeal
from .applications import Application, CaseCounter, LegalBasis
from .assessments import (
    Assessment,
    AssessmentAnswer,
    Dimension,
    HousingAnswer,
    HousingNeed,
    Wish,
)
from .choices import ChoiceAlternative, ChoiceTalk
from .documents import Document
from .follow_up import Event, Flag, Note, Transition
from .intake import Draft, MissingPaper, PaperRequest, UnitTransfer
from .letters import Letter, LetterCopy, StoredFile
from .merging import PersonMerge
from .past import NeedToKnow, PastMatter, PaymentPlan
from .persons import Household, HouseholdMember, Person, Representative
from .plans import (
    ChecklistItem,
    ChecklistKind,
    Handover,
    InstitutionNotice,
    Milestone,
    Service,
    ServiceStep,
    TeamMeeting,
    TeamMember,
    TransitionPlan,
)
from .statements import Statement
from .texts import PlainWord, StandardText
from .vedtak import Disqualification, Vedtak, VedtakOutcome

__all__ = [
    "Appeal",
    "Application",
    "Assessment",
    "AssessmentAnswer",
    "CaseCounter",
    "ChecklistItem",
    "ChecklistKind",
    "ChoiceAlternative",
    "ChoiceTalk",
    "Dimension",
    "Disqualification",
    "Document",
    "Draft",
    "Event",
    "Flag",
    "Handover",
    "Household",
    "HouseholdMember",
    "HousingAnswer",
    "HousingNeed",
    "InstitutionNotice",
    "LegalBasis",
    "Letter",
    "LetterCopy",
    "Milestone",
    "MissingPaper",
    "NeedToKnow",
    "Note",
    "PaperRequest",
    "PastMatter",
    "PaymentPlan",
    "Person",
    "PersonMerge",
    "PlainWord",
    "Representative",
    "Service",
    "ServiceStep",
    "StandardText",
    "Statement",
    "StoredFile",
    "TeamMeeting",
    "TeamMember",
    "Transition",
    "TransitionPlan",
    "UnitTransfer",
    "Vedtak",
    "VedtakOutcome",
    "Wish",
]
