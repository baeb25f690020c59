services:
	@.venv/bin/python scripts/services.py start
stop:
	@.venv/bin/python scripts/services.py stop
.PHONY: services stop
