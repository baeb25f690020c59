"""The health check of the web container: asks the web process for /healthz."""

import os
import sys
import urllib.request


def main() -> int:
    port = (os.environ.get("BIND") or "0.0.0.0:8000").rpartition(":")[2]
    host = os.environ.get("ALLOWED_HOSTS", "localhost").replace(",", " ").split()[0].lstrip(".")
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/healthz",
        headers={"Host": host, "X-Forwarded-Proto": "https"},
    )
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:
            return 0 if answer.status == 200 else 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
