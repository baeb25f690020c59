"""The day the first rows of every dated table hold from."""

from datetime import date

# No hjemmel in Varig is older.
BEGINNING = date(2000, 1, 1)
