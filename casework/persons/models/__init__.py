from .claims import NumberClaim
from .deaths import Death
from .documents import Document
from .merging import PersonMerge
from .notes import Note
from .past import NeedToKnow, PastMatter, PaymentPlan
from .persons import Household, HouseholdMember, Person, Representative
from .splits import HouseholdSplit

__all__ = [
    "Death",
    "Document",
    "Household",
    "HouseholdMember",
    "HouseholdSplit",
    "NeedToKnow",
    "Note",
    "NumberClaim",
    "PastMatter",
    "PaymentPlan",
    "Person",
    "PersonMerge",
    "Representative",
]
