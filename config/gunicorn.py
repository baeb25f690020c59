"""Settings of the web server. It logs to standard output; the proxy in front ends TLS."""

import os
from pathlib import Path

from config.logs import logging_config

bind = os.environ.get("BIND") or "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
graceful_timeout = 30  # seconds for running requests to finish before a stop
keepalive = 75  # longer than the proxy's, so that the proxy closes the connection
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
# The heartbeat file must not be on a disk that may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
accesslog = None  # config.middleware logs one line per request, without paths and names
logconfig_dict = logging_config(
    level=os.environ.get("LOG_LEVEL") or "INFO",
    as_json=os.environ.get("VARIG_MODE", "production") == "production",
)
