"""Jobs of stays: thin, safe to run twice and for any date. See `common.jobs`."""

from accounts import jobs

flag_stays = jobs.task("flag_stays")
flag_section_27 = jobs.task("flag_section_27")
flag_no_service = jobs.task("flag_no_service")
flag_discharges = jobs.task("flag_discharges")
flag_leases = jobs.task("flag_leases")
