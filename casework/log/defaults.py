"""The first day of the rows an installation starts with, in every dated table."""

from datetime import date

# No legal basis (hjemmel) in Varig is older.
BEGINNING = date(2000, 1, 1)
