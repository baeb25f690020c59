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
from .follow_up import Event, Flag, Note, Service, Transition
from .intake import Draft, MissingPaper, PaperRequest, UnitTransfer
from .letters import Letter, StoredFile
from .merging import PersonMerge
from .persons import Household, HouseholdMember, Person, Representative
from .texts import PlainWord, StandardText
from .vedtak import Disqualification, Vedtak, VedtakOutcome

__all__ = [
    "Appeal",
    "Application",
    "Assessment",
    "AssessmentAnswer",
    "CaseCounter",
    "ChoiceAlternative",
    "ChoiceTalk",
    "Dimension",
    "Disqualification",
    "Draft",
    "Event",
    "Flag",
    "Household",
    "HouseholdMember",
    "HousingAnswer",
    "HousingNeed",
    "LegalBasis",
    "Letter",
    "MissingPaper",
    "Note",
    "PaperRequest",
    "Person",
    "PersonMerge",
    "PlainWord",
    "Representative",
    "Service",
    "StandardText",
    "StoredFile",
    "Transition",
    "UnitTransfer",
    "Vedtak",
    "VedtakOutcome",
    "Wish",
]
