from accounts.jobs import JobCommand


class Command(JobCommand):
    job = "hand_over"
