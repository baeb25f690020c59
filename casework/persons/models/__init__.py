from .deaths import Death
from .documents import Document
from .merging import PersonMerge
from .notes import Note
from .past import NeedToKnow, PastMatter, PaymentPlan
from .persons import Household, HouseholdMember, Person, Representative

__all__ = [
    "Death",
    "Document",
    "Household",
    "HouseholdMember",
    "NeedToKnow",
    "Note",
    "PastMatter",
    "PaymentPlan",
    "Person",
    "PersonMerge",
    "Representative",
]
