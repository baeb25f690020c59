from accounts.jobs import JobCommand


class Command(JobCommand):
    job = "delete_drafts"
