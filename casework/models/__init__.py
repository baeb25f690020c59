from .applications import Application, CaseCounter, LegalBasis
from .assessments import Assessment, AssessmentAnswer, Dimension, HousingNeed, Wish
from .choices import ChoiceAlternative, ChoiceTalk
from .follow_up import Event, Flag, Note, Service, Transition
from .letters import Letter, StoredFile
from .persons import Household, HouseholdMember, Person, Representative
from .texts import PlainWord, StandardText
from .vedtak import Appeal, Disqualification, Vedtak, VedtakOutcome

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
    "Event",
    "Flag",
    "Household",
    "HouseholdMember",
    "HousingNeed",
    "LegalBasis",
    "Letter",
    "Note",
    "Person",
    "PlainWord",
    "Representative",
    "Service",
    "StandardText",
    "StoredFile",
    "Transition",
    "Vedtak",
    "VedtakOutcome",
    "Wish",
]
