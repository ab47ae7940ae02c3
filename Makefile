# The whole developer interface; CI calls the same. Needs python3 (3.11 or newer) with pip, and make.

PYTHON ?= python3
VENV := .venv
FLOORS := .venv-floors
RUN := $(VENV)/bin/python
INSTALL := $(PYTHON) -m pip --python $(RUN) --disable-pip-version-check --quiet install --require-hashes
TEST := $(RUN) -m pytest -n auto --dist loadfile --no-loadscope-reorder
PURE := tests/domain tests/wire tests/content tests/reference tests/live/protocol tests/live/session tests/live/story
LOCKED := --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --no-strip-extras --upgrade
COMPILE := $(RUN) -m uv pip compile $(LOCKED) pyproject.toml
RUN_EXTRAS := --extra images
# Without video: FFmpeg's libraries would make the image half as large again.
CONTAINER_EXTRAS := --extra images --extra heic --extra postgres --extra s3 --extra redis

.DEFAULT_GOAL := help
.PHONY: help run test test-pure test-all generators client-types screenshots coverage floors check format bench chaos prove lock clean
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.core ## install, migrate, seed the demo story and serve on http://127.0.0.1:8000
	@$(RUN) -m app.cli migrate
	@$(RUN) -m app.cli demo
	@LIVEBLOG_DEMO=$${LIVEBLOG_DEMO-true} exec $(RUN) -m app.cli serve --show-token

test: $(VENV)/.dev ## run the suite without what is slow; what this machine lacks is skipped with its reason
	$(TEST) $(ARGS)

test-pure: $(VENV)/.dev ## run the tests of what opens no file and no socket of its own, in less than a minute
	$(TEST) $(PURE) $(ARGS)

test-all: $(VENV)/.dev ## run the whole suite, generators at their own counts and what is slow with it, as CI does
	$(TEST) --all $(ARGS)

generators: $(VENV)/.dev ## install what the tests of the API's description and of the clients run; they do so by themselves
	$(RUN) -m tests.description.tools
	$(RUN) -m tests.clients.packages

client-types: $(VENV)/.dev ## make the types of the clients in clients/ anew from the API's description
	$(RUN) -m tests.description.client_types

screenshots: $(VENV)/.dev ## take the pictures of docs/images anew, with the system's Chromium
	$(RUN) -m tests.browser.screenshots

# What their own tests reach of the pure packages. wire's encoders and shapes are otherwise reached from tests/api, which do not count.
# Without the test of CPU time: counting lines is several times dearer than running them, and not evenly.
coverage: $(VENV)/.dev ## run the tests of the pure packages, and refuse fewer lines and branches than these
	$(RUN) -m coverage erase
	$(TEST) $(PURE) --ignore=tests/content/test_linear_time.py --cov --cov-report= $(ARGS)
	$(RUN) -m coverage report --include='app/domain/*' --fail-under=100
	$(RUN) -m coverage report --include='app/content/*' --fail-under=99
	$(RUN) -m coverage report --include='app/live/protocol/*,app/live/session/*,app/live/story/*' --fail-under=95
	$(RUN) -m coverage report --include='app/wire/*' --fail-under=82

check: $(VENV)/.dev ## lint, formatting, types and the direction of imports
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

# In an environment of its own: pyproject.toml's lowest versions, and what pip would choose of all that those need.
floors: $(VENV)/.dev ## run the unit tests on the lowest versions that pyproject.toml allows
	$(RUN) -m uv venv --quiet --clear --python $(RUN) $(FLOORS)
	$(RUN) -m uv pip compile --quiet --resolution lowest-direct --all-extras --group dev --python $(FLOORS)/bin/python \
		--output-file $(FLOORS)/floors.txt pyproject.toml
	$(RUN) -m uv pip sync --quiet --python $(FLOORS)/bin/python $(FLOORS)/floors.txt
	$(FLOORS)/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder \
		$(or $(ARGS),$(addprefix tests/,domain wire content media storage reading newsroom live api web server))

format: $(VENV)/.dev ## put the code into its one format
	$(RUN) -m ruff check --fix-only --quiet .
	$(RUN) -m ruff format .

bench: $(VENV)/.dev ## measure beside a C loop, bare protocols and other servers; about twenty minutes
	$(RUN) -m benchmarks $(ARGS)

chaos: $(VENV)/.dev ## hurt two nodes, their database, broker and proxy row by row while readers count; about four minutes
	PYTHONPATH=clients/python $(RUN) -m benchmarks.chaos $(ARGS)

prove: $(VENV)/.dev ## run the full reliability figures, one after the other; takes long
	$(RUN) -m pytest --prove -m reliability $(ARGS)

# Extras stay on the pins: without them pip prefers a newer release of what is asked for by its extra, and has no hash for it.
lock: $(VENV)/.dev ## make the lock files anew from pyproject.toml
	$(COMPILE) $(RUN_EXTRAS) --output-file requirements.lock
	$(COMPILE) $(CONTAINER_EXTRAS) --output-file requirements-container.lock
	$(COMPILE) --all-extras --group dev --output-file requirements-dev.lock
	$(RUN) -m uv pip compile $(LOCKED) --python-version 3.11 tests/description/generators.in \
		--output-file tests/description/generators.lock
	for folder in tests/description clients/js clients/js/samples/*; do \
		(cd $$folder && npm update --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund) || exit 1; \
	done

clean: ## remove the virtual environment and every cache, never the data
	rm -rf $(VENV) $(FLOORS) .description-tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -f .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than its lock file once that is installed, so that a second run needs no network and no time.
# Made without pip inside, which Debian's python3 cannot do: the pip of $(PYTHON) installs into it from outside.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit("Liveblog needs Python 3.11 or newer: make PYTHON=python3.11 ..." \
		if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --without-pip $(VENV)
	@touch $@

$(VENV)/.core: requirements.lock | $(VENV)/.made
	$(INSTALL) -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/.made
	$(INSTALL) -r requirements-dev.lock
	@touch $@ $(VENV)/.core
