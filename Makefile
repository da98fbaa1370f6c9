.PHONY: install run test test-all check format lint types floors lock clean
.PHONY: test-teams teams-package slack-manifest properties torture soak
.PHONY: fuzz audit-code audit-dependencies
.PHONY: bench-answers bench-start bench-growth bench-slack bench-teams bench-delivery bench-structure bench-beside
.PHONY: rasa-setup rasa-train rasa-run rasa-lock test-rasa test-rasa-light
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONUTF8 = 1

install: .cache/.learnt
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@
$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@
# Beside what it stands for: whoever deletes the one deletes the other. `train` itself finds what has really changed.
.cache/.learnt: $(VENV)/.runtime $(shell find intents policy_kb/*/ bot/engine -type f -not -name "*.pyc")
	$(BIN)/python -m bot train
	touch $@

run: install            ## the product at http://localhost:3978/, with SQLite and no account anywhere
	$(BIN)/python -m bot serve

# The few tests that take long, and those that need system packages, are the rest.
REST := browser or node or postgres or slow
# CHECKED=yes, after `make check` of the same tree, leaves out those that it has run.
test: $(VENV)/.dev      ## the tests that need Python and the package registry alone
	$(BIN)/python -m pytest -n auto --dist worksteal -m "$(if $(CHECKED),process and )not ($(REST) or rasa)"

# COVERED=yes lists the lines that no test runs, and fails below the floor of pyproject.toml. It takes twice as long, so
# that CI, which has 45 minutes, does without.
check: $(VENV)/.dev     ## format, lint, strict types, import floors, and the tests that start no process of the product
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit -q -c pyproject.toml -r bot -ll
	$(BIN)/python -m pytest -n auto --dist worksteal $(if $(COVERED),--cov --cov-report=term) -m "not (process or $(REST) or rasa)"

test-all: $(VENV)/.dev  ## the rest of the tests, with the system packages that they need
	bash .ci/system-packages
	$(BIN)/python -m pytest -n auto --dist worksteal -m "($(REST)) and not rasa"
	$(MAKE) test-rasa-light

properties: $(VENV)/.dev ## the search for an order of events that breaks a promise, for a quarter of an hour
	$(BIN)/python -m pytest -n auto --hypothesis-profile=long tests/properties/test_machine.py tests/delivery/test_retry.py

test-teams: $(VENV)/.dev ## Teams in Microsoft's own client: half a minute; it is part of test-all
	bash .ci/system-packages
	$(BIN)/python -m pytest tests/acceptance/test_teams.py

teams-package: $(VENV)/.dev ## the Teams app to upload, dist/signpost-teams.zip (docs/teams.md)
	$(BIN)/python manifest/package.py

slack-manifest: $(VENV)/.dev ## the Slack app's manifest, dist/slack-manifest.json (docs/slack.md)
	$(BIN)/python -m manifest.slack

# Real processes, killed in front of a Slack that fails (docs/reliability.md). A thousand kills take half an hour.
KILLS ?= 100
DB ?= sqlite,postgresql
SEED ?= 1
torture: $(VENV)/.dev   ## make torture KILLS=1000 DB=postgresql; ODD=1 for answers that no page of Slack's describes
	bash .ci/system-packages
	$(BIN)/python -m tests.torture --kills $(KILLS) --database $(DB) --seed $(SEED) $(if $(ODD),--odd)

MINUTES ?= 10
# MINUTES=60 for an hour; KEEP=folder keeps memory.jsonl, what each process held every ten seconds (docs/load.md).
soak: $(VENV)/.dev      ## two webs and two workers on PostgreSQL, under load and alive: nothing twice, memory that does not grow
	bash .ci/system-packages
	$(BIN)/python -m tests.torture --kills 0 --minutes $(MINUTES) --database postgresql --fine --staff 12 --seed $(SEED) $(if $(KEEP),--keep "$(KEEP)")

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Comparisons (docs/answers.md). FILE holds labelled questions; HINT3 and PLOTS are folders; SIZE=100000 takes longest.
FILE ?= tests/golden/questions.jsonl
SIZE ?= 100 1000 10000
bench-answers: $(VENV)/.dev ## the built-in engine beside what could be picked instead
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.answers "$(FILE)" $(if $(HINT3),--hint3 "$(HINT3)") $(if $(PLOTS),--plots "$(PLOTS)")

bench-start: $(VENV)/.dev ## learning, the first start after it, and the memory of both; some minutes
	$(BIN)/python -m bench.start

bench-growth: $(VENV)/.dev ## many policies side by side
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.growth "$(FILE)" --sizes $(SIZE)

audit-code: $(VENV)/.dev ## what bandit finds, of medium severity and above
	$(BIN)/bandit -q -c pyproject.toml -r bot -ll

audit-dependencies: $(VENV)/.dev ## known vulnerabilities of what is pinned; needs the internet, and fails without it
	$(BIN)/uv tool run pip-audit@2.10.1 --strict --disable-pip --require-hashes -r requirements.txt

INPUTS ?= 10000
fuzz: $(VENV)/.dev ## hostile input for both doors, INPUTS each (docs/security.md); some minutes
	$(BIN)/python -m tests.fuzz --inputs $(INPUTS)

bench-slack: $(VENV)/.dev ## Slack's door under load (docs/load.md); five minutes
	$(BIN)/python -m bench.slack

bench-teams: $(VENV)/.dev ## Teams' door beside a bare botbuilder echo (docs/load.md); two minutes
	$(BIN)/python -m bench.teams

bench-delivery: $(VENV)/.dev ## what durable delivery costs, on both databases (docs/load.md); ten minutes
	$(BIN)/python -m bench.delivery $(if $(JSON),--json "$(JSON)")

COMMIT ?= HEAD^
bench-beside: $(VENV)/.dev ## this tree, or AFTER, beside an older COMMIT, ten pairs in turns; it learns that one's engine first
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.beside $(COMMIT) $(if $(AFTER),--after $(AFTER))

bench-structure: $(VENV)/.dev ## how the product is built, counted: CONTRIBUTING.md has the figures (FILES=yes names the files)
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.structure $(if $(FILES),--files)

# Rasa, the optional second engine, in an environment of its own (docs/rasa.md). CONFIG is light or diet.
CONFIG ?= light
rasa-setup: $(VENV)/.dev  ## .venv-rasa from intents/requirements.txt; needs Python 3.10 (or 3.11)
	bash .ci/rasa-setup

rasa-train: rasa-setup  ## a model of the examples in intents/
	bash .ci/rasa validate $(CONFIG)
	bash .ci/rasa train $(CONFIG)

rasa-run: rasa-setup    ## serve that model on loopback; NLU_TOKEN is the secret that Signpost signs with
	bash .ci/rasa run $(CONFIG)

test-rasa-light: $(VENV)/.dev  ## train the small model, measure it, and answer questions with it
	$(BIN)/python -m pytest -rs -m rasa tests/acceptance/test_rasa.py

test-rasa: $(VENV)/.dev ## the same with DIET: ten minutes
	RASA_CONFIG=diet $(BIN)/python -m pytest -rs -m rasa tests/acceptance/test_rasa.py

rasa-lock: $(VENV)/.dev ## pin and hash what intents/requirements.in asks for
	$(BIN)/uv pip compile --quiet --python-version 3.10 --overrides intents/requirements-overrides.txt --generate-hashes --no-emit-index-url --custom-compile-command "make rasa-lock" intents/requirements.in -o intents/requirements.txt

lock: $(VENV)/.dev      ## pin and hash what pyproject.toml asks for
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" -c requirements.txt --group pyproject.toml:dev -o requirements-dev.txt
