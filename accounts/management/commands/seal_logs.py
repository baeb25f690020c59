from accounts.jobs import JobCommand


class Command(JobCommand):
    job = "seal_logs"
