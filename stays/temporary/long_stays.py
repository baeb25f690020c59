"""When a stay in temporary places is long, or soon is, by the municipality's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from accounts.settings_table import KEYS


class LongStay(NamedTuple):
    """A chain of more than `days` nights is long; from `warn_days` nights it soon is."""

    days: int
    warn_days: int

    def is_long(self, days: int) -> bool:
        return days > self.days

    def color(self, days: int) -> str:
        """danger when it is long, warning when it soon is, else neutral."""
        if self.is_long(days):
            return "danger"
        return "warning" if days >= self.warn_days else "neutral"


LONG_STAY_KEYS = ("long_stay_days", "long_stay_warn_days")
DEFAULT = LongStay(*(KEYS[key].default for key in LONG_STAY_KEYS))


def long_stay(numbers: Mapping[str, Any]) -> LongStay:
    """The numbers from a mapping with `LONG_STAY_KEYS`, such as `chain_params`."""
    return LongStay(*(numbers[key] for key in LONG_STAY_KEYS))
