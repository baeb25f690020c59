"""Which outcomes stand, in SQL: `OutcomeQuerySet.standing` for statements of their own.

Each legal basis of a vedtak lives by itself (docs/adr/0014): the waiting list, flags and figures
ask for outcomes, never for vedtak. `v` is the vedtak and `o` an outcome of it.
"""

from __future__ import annotations

# Takes %(on)s and the parameters of `VedtakState`.
STANDS = """v.state = %(VedtakState.ISSUED)s AND v.issued_on <= %(on)s::date
    AND o.vedtak_id = v.id AND o.replaced_on IS NULL"""

# The first and last day of an outcome, which may have its own.
FIRST_DAY = "coalesce(o.valid_from, v.valid_from)"
LAST_DAY = "coalesce(o.valid_to, v.valid_to)"
