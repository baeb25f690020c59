from accounts.jobs import JobCommand


class Command(JobCommand):
    job = "lapse_proposals"
