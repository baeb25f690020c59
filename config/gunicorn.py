"""The web server. Standard output is the log; the proxy in front ends TLS."""

import os
from pathlib import Path

from config.logs import logging_config

bind = os.environ.get("BIND") or "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
graceful_timeout = 30  # a request under way when we are told to stop is finished first
keepalive = 75  # longer than the proxy's, so the proxy is the one to hang up
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
# The heartbeat file must not lie on a disk that may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
accesslog = None  # config.middleware writes one line a request, without paths and names
logconfig_dict = logging_config(
    level=os.environ.get("LOG_LEVEL") or "INFO",
    as_json=os.environ.get("VARIG_MODE", "production") == "production",
)
