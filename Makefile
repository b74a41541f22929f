# Needs make and Python 3.11 or newer, nothing else. `make` alone lists what it can do.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
# A folder that was moved, or whose Python is gone, is built anew.
VENV_STATE := $(shell $(BIN)/python -c "import pip" >/dev/null 2>&1 || echo rebuild)
# What `check --deploy` judges: a production that exists on paper only.
PRODUCTION := DEBUG=0 SITE_URL=https://check.example DATABASE_URL=postgres://check@localhost/check \
	REDIS_URL=redis://localhost/0 CACHE_URL=redis://localhost/1 \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	FIELD_KEYS=$$($(BIN)/python -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())')

.DEFAULT_GOAL := help
.PHONY: help run test check format lock clean rebuild

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.installed-run ## Run the whole site with its own servers and the demo (PORT=8000, DATA_DIR=var)
	@DEBUG="$${DEBUG:-1}" exec $(BIN)/python manage.py up

check: $(VENV)/.installed-dev ## Format, lint, templates, import contracts, types, migrations, deployment settings
	$(BIN)/python -m ruff format --check --quiet .
	$(BIN)/python -m ruff check --quiet .
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} +
	$(BIN)/djangofmt --check templates
	$(BIN)/python -m djlint --lint --quiet templates
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m mypy .
	@# No database is asked: the comparison is of models and files.
	DEBUG=1 $(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

test: check ## Everything that CI runs: `check`, then all tests with branch coverage, browser tests included
	@CHROMIUM="$$($(BIN)/python tests/e2e/ensure_chromium.py)" && export CHROMIUM && \
		$(BIN)/python -m pytest -n auto --cov --cov-branch --cov-report=term-missing:skip-covered

format: $(VENV)/.installed-dev ## Put Python and templates into the house style
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +
	$(BIN)/djangofmt templates

lock: ## Pin dependencies anew (needs uv); the files name no registry
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	uv pip compile pyproject.toml --universal --generate-hashes --python-version 3.11 -o requirements.lock --quiet
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --python-version 3.11 \
		-c requirements.lock -o requirements-dev.lock --quiet

clean: ## Remove caches and reports; data in var/ and the environment in .venv/ stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results staticfiles
	rm -f .coverage .coverage.*
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# --- The environment: made once, brought up to date when a lock changes ---------------------------------------

rebuild:
	@rm -rf $(VENV); \
	for python in $(PYTHON) $(if $(PYTHON),,python3 python3.13 python3.12 python3.11); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "Making $(VENV) with $$("$$python" --version) ..."; \
		"$$python" -m venv $(VENV) >/dev/null 2>&1 && exit 0; \
		rm -rf $(VENV); \
		echo "$$python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv"; \
		exit 1; \
	done; \
	echo "BreakThru needs Python 3.11 or newer. Install it, or name one: make run PYTHON=/path/to/python3"; \
	exit 1

$(VENV)/.installed-run: requirements.lock $(VENV_STATE)
	@echo "Installing what the site needs; the first time this takes a minute ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV_STATE)
	@echo "Installing what site and tests need; the first time this takes a minute or two ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.installed-run
