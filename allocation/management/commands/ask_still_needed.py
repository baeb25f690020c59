from accounts.jobs import JobCommand


class Command(JobCommand):
    job = "ask_still_needed"
