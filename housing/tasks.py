"""Jobs of housing: thin, safe to run twice and for any date. See `common.jobs`."""

from accounts import jobs

flag_agreements = jobs.task("flag_agreements")
