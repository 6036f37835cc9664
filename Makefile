# make setup [EXTRAS=s3,postgres] | demo | test | test-fast | test-long | coverage | lint | lock [UPGRADE=1] | clean. Stamp files make a second call instant.
PYTHON ?= python3
UV ?= uv
BIN := .venv/bin
EXTRAS ?=
OPERATOR_EXTRAS := postgres s3 sql webserver
comma := ,
# --no-deps: a lock is complete · --no-build-isolation: setuptools comes from the lock, not from an index
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
LOCK := $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-strip-extras --prerelease disallow $(if $(UPGRADE),--upgrade)

# where it is set, every process that a test starts would compile the whole house again
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test test-fast test-long coverage lint lock clean

setup: .venv/.ready $(patsubst %,.venv/.ready-with-%,$(subst $(comma), ,$(EXTRAS)))

demo: setup
	$(BIN)/hub demo

test: .venv/.ready-dev .venv/.ready-client
	$(PYTEST) -m "not long"

# what takes a minute and more of a processor each: before a hand-over, and in .ci/run
test-long: .venv/.ready-dev .venv/.ready-client
	$(PYTEST) -m long

# all of them, with the lines that no test reaches: a third slower
coverage: .venv/.ready-dev .venv/.ready-client
	$(PYTEST) --cov

# the daily loop: no nights, no browser, no second database
test-fast: .venv/.ready-dev
	$(PYTEST) -q -m "not slow"

lint: .venv/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The lock with everything comes first and holds the others to its versions; an extra's lock has only what the base lacks.
lock:
	$(LOCK) --all-extras -o requirements-dev.lock
	$(LOCK) --extra build --constraint requirements-dev.lock -o requirements.lock
	for extra in $(OPERATOR_EXTRAS); do \
		$(LOCK) --extra $$extra --constraint requirements-dev.lock -o requirements-$$extra.lock \
			$$(sed -nE 's/^([a-z0-9-]+)(\[[^]]*\])?==.*/--no-emit-package \1/p' requirements.lock) || exit 1; \
	done
	echo openapi-python-client | $(LOCK:pyproject.toml=-) -o requirements-client.lock

clean:
	rm -rf .venv *.egg-info .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.made:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	touch $@

.venv/.ready: requirements.lock pyproject.toml | .venv/.made
	@echo "installing from requirements.lock, about a minute"
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-build-isolation --editable .
	$(BIN)/python -m compileall -q api cli contracts demo pipelines warehouse
	touch $@

.venv/.ready-with-%: requirements-%.lock | .venv/.ready
	$(INSTALL) --require-hashes -r $<
	touch $@

.venv/.ready-dev: requirements-dev.lock pyproject.toml | .venv/.ready
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@

# what generates clients wants older versions of our packages: an environment of its own, found by its command
.venv/.ready-client: requirements-client.lock | .venv/.made
	$(PYTHON) -m venv .venv/client
	.venv/client/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-client.lock
	ln -sf ../client/bin/openapi-python-client $(BIN)/openapi-python-client
	touch $@
