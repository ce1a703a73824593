# Needs Python 3.11 or later, make, and a network for packages; nothing else is installed by hand.
#   make run     the whole portal on this machine (Ctrl-C stops it)
#   make test    every test, the browser's too           make lint   everything that reads the code
#   make bench   the benchmarks (ONLY=list for one part) make clean  remove what can be made again; data stays
#   make .env    secrets for docker compose

PYTHON3 ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --no-input install --quiet --require-hashes
JOBS ?= 2
ONLY ?=

# Settings want these, and what lints never uses them.
LINT_ENV := SECRET_KEY=for-linting-only-it-protects-nothing-00000000-0123456789 \
	DATABASE_URL=postgres://lint@127.0.0.1:1/lint REDIS_URL=redis://127.0.0.1:1/0 DEBUG=off \
	FIELD_KEYS=lint:bGludC1saW50LWxpbnQtbGludC1saW50LWxpbnQtbGk= BEHIND_TLS=on

.PHONY: help run test lint lint-style lint-templates lint-types lint-layers lint-packages lint-django bench clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

# The recipe is one plain command, so that make runs it without a shell between and a signal to make reaches it.
run: $(VENV)/.for-running
	@$(PYTHON) -m reputation_portal.local run

test: $(VENV)/.for-testing
	@$(PYTHON) -m reputation_portal.local frontend --with-browser
	@$(PYTHON) -m coverage erase
	$(PYTHON) -m coverage run -m pytest -n $(JOBS) $(ARGS)
	@$(PYTHON) -m coverage combine --quiet
	@$(PYTHON) -m coverage report --skip-covered $(if $(ARGS),--fail-under=0)

lint: lint-style lint-templates lint-types lint-layers lint-packages lint-django

lint-style: $(VENV)/.for-testing
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

lint-templates: $(VENV)/.for-testing
	find templates -name '*.html' -not -path 'templates/jinja2/*' -exec $(VENV)/bin/djade --check --target-version 5.2 {} +

lint-types: $(VENV)/.for-testing
	$(LINT_ENV) $(PYTHON) -m mypy .

lint-layers: $(VENV)/.for-testing
	$(VENV)/bin/lint-imports

lint-packages: $(VENV)/.for-testing
	$(PYTHON) -W ignore::UserWarning -m deptry . --config requirements/deptry.toml

lint-django: $(VENV)/.for-testing
	$(LINT_ENV) $(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(LINT_ENV) $(PYTHON) manage.py check --deploy --fail-level WARNING

.env:
	@$(PYTHON3) -m reputation_portal.local dotenv

bench: $(VENV)/.for-testing
	@$(PYTHON) -m benchmarks $(if $(ONLY),--only $(ONLY))

clean:
	rm -rf $(VENV) node_modules static/vendor var/cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache htmlcov .coverage .coverage.*

$(PYTHON):
	@$(if $(PYTHON3),,echo "Python 3.11 or later is needed; name it: make PYTHON3=/path/to/python3" >&2; exit 1)
	@echo "Making $(VENV)"
	@$(PYTHON3) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is needed (Debian: python3-venv)." >&2; exit 1; }

$(VENV)/.for-running: requirements/base.txt requirements/local.txt | $(PYTHON)
	@echo "Installing the packages of the portal"
	@$(PIP) -r requirements/base.txt -r requirements/local.txt
	@touch $@

# All in one pass: testing includes running.
$(VENV)/.for-testing: requirements/base.txt requirements/local.txt requirements/dev.txt | $(PYTHON)
	@echo "Installing the packages of the portal and its tests"
	@$(PIP) -r requirements/base.txt -r requirements/local.txt -r requirements/dev.txt
	@touch $(VENV)/.for-running $@
