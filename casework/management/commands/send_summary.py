from accounts.jobs import JobCommand


class Command(JobCommand):
    job = "send_summary"
