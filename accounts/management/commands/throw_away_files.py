from accounts.jobs import JobCommand


class Command(JobCommand):
    job = "throw_away_files"
