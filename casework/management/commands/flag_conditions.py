from accounts.jobs import JobCommand


class Command(JobCommand):
    job = "flag_conditions"
