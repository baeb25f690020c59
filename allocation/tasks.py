"""Jobs of allocation: thin, safe to run twice and for any date. See `common.jobs`."""

from accounts import jobs

ask_still_needed = jobs.task("ask_still_needed")
flag_waiting = jobs.task("flag_waiting")
flag_offers = jobs.task("flag_offers")
