# All commands of Varig. Needs Python 3.11 or newer, and make; fetches the rest into this folder.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
ifeq ($(strip $(PYTHON)),)
$(error Varig needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.11)
endif
DEV = $(PYTHON) scripts/dev.py

.PHONY: help demo setup test check audit tidy bench model pictures reset clean services stop lock
.DEFAULT_GOAL := help

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: ## set up what is missing, and run the whole of Varig with demo data (Ctrl-C stops it)
	@$(DEV) demo

setup: ## fetch packages into .venv and node_modules, nothing more
	@$(DEV) setup

test: ## everything: lint, import contracts, migrations, unit, scenario and browser tests
	@$(DEV) test

check: ## the fast part of `make test`, without tests
	@$(DEV) check

audit: ## ask for known weaknesses in the locked packages; needs the internet, and no part of `test`
	@$(DEV) audit

tidy: ## format Python and templates
	@$(DEV) tidy

bench: ## measure, print a table, write build/bench.json
	@$(DEV) bench

model: ## draw docs/data-model.md from the models
	@$(DEV) model

pictures: ## take new pictures for the guides, in a browser on the demo
	@$(DEV) pictures

services: ## start the embedded PostgreSQL and Valkey, and leave them running
	@$(DEV) services

stop: ## stop the embedded services
	@$(DEV) stop

reset: ## delete the local data; the next `make demo` starts over
	@$(DEV) reset

clean: ## reset, and remove everything that was fetched or built
	@$(DEV) clean

lock: ## compile the lock files from pyproject.toml
	@$(DEV) lock
