"""Jobs of casework: thin, safe to run twice and for any date. See `common.jobs`."""

from accounts import jobs

flag_deadlines = jobs.task("flag_deadlines")
flag_papers = jobs.task("flag_papers")
delete_drafts = jobs.task("delete_drafts")
flag_plans = jobs.task("flag_plans")
flag_handovers = jobs.task("flag_handovers")
flag_appeals = jobs.task("flag_appeals")
flag_statements = jobs.task("flag_statements")
escalate = jobs.task("escalate")
send_summary = jobs.task("send_summary")
