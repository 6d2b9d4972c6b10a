# Everything a developer or a new user runs. Needs make, python3 >= 3.11 and pip; makes the rest.
PYTHON ?= python3
ARGS ?=
CORES ?= 2

BIN := .venv/bin
SAM := .venv-sam/bin/sam
RUNTIME_PYTHON := python3.13 -c 'import sys; print(sys.executable)' 2>/dev/null
REPORTS := .local/reports
# With the long proofs, for `make test` has six minutes.
RESTORE := tests/acceptance/test_restore.py
KILLED := tests/acceptance/test_a_kill.py
LYING := tests/acceptance/test_a_lying_venue.py
LIMITED := tests/acceptance/test_a_limited_run.py
FOUND := tests/simulation/test_found.py
SCANNED := layers functions cli localcloud simulators benchmarks checks
RECORDED := tests/recordings/hyperliquid/leader_fills_2026-07.json.gz
LEADERS := acc2 acc5 acc6 acc7
SOCKETS := tests/acceptance/test_real_sockets.py tests/acceptance/test_real_sockets_long.py
COMPILE = cd requirements && ../$(BIN)/pip-compile --quiet --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --allow-unsafe --strip-extras
export SAM_CLI_TELEMETRY := 0
# Where the shell forbids byte-code, each of the many processes would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo up test check prove prove-iam bench build deploy requirements clean \
	demo-environment dev-environment sam-environment python runtime-python \
	check-steps format lint security types architecture rules template unit test-beside test-running test-parallel test-integration test-system \
	prove-steps prove-simulated prove-standard prove-heavy prove-restore prove-judge prove-sizing prove-leaders \
	prove-follow-life prove-found prove-mutants prove-crashes prove-sockets prove-signer prove-api

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  options: ARGS='...' goes to the command, PYTHON=python3.12 chooses the interpreter"

demo: demo-environment ## copy a recorded leader to ten followers here, and judge the run
	@$(BIN)/understudy demo $(ARGS)

up: demo-environment ## run the whole system here until Ctrl-C; state stays in .local
	@$(BIN)/understudy up $(ARGS)

check: dev-environment sam-environment ## format, lint, security, types, architecture, template, unit tests
	@echo "unit tests, shown when they end, and beside them:"
	@$(MAKE) --no-print-directory --jobs 2 --output-sync check-steps && echo "make check: passed" \
		|| { echo "make check: FAILED, see above"; exit 1; }

test: dev-environment ## all tests
	@mkdir -p $(REPORTS) && rm -f $(REPORTS)/test-*
	@echo "tests with running systems: shown at the end, and meanwhile in $(REPORTS)/test-running.log"
	@$(MAKE) --no-print-directory --jobs 2 --keep-going test-beside test-running; \
		status=$$?; cat $(REPORTS)/test-running.log; \
		echo "make test: $$($(BIN)/python -m checks.totals $(REPORTS)/test-*.xml)"; exit $$status

prove: dev-environment ## the long proofs of the copy rules
	@$(MAKE) --no-print-directory --keep-going prove-steps && echo "make prove: passed" \
		|| { echo "make prove: FAILED, see above"; exit 1; }

prove-iam: dev-environment ## take every part of every policy out, one at a time (20 to 30 min)
	@$(BIN)/python -m tests.permissions $(ARGS)

bench: dev-environment ## speed of the shipping path, beside its references
	@$(BIN)/python -m benchmarks $(ARGS)

build: runtime-python sam-environment ## sam build, for AWS (needs a real python3.13)
	@PATH="$$(dirname "$$($(RUNTIME_PYTHON))"):$$PATH" $(SAM) build $(ARGS)

deploy: build ## sam deploy, guided, to the AWS account of your credentials
	@$(SAM) deploy --guided $(ARGS)

requirements: dev-environment ## pin the requirement sets anew (on Python 3.11)
	$(COMPILE) --output-file dev.txt dev.in
	$(COMPILE) --constraint dev.txt --output-file demo.txt demo.in
	$(COMPILE) --output-file sam.txt sam.in
	$(COMPILE) --constraint dev.txt --output-file ../layers/dependencies/requirements.txt layer.in

clean: ## delete environments, builds and caches; the state in .local stays
	@rm -rf .venv .venv-sam .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .coverage htmlcov $(REPORTS)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

demo-environment: python
	@$(PYTHON) cli/bootstrap.py demo

dev-environment: python
	@$(PYTHON) cli/bootstrap.py dev

sam-environment: python
	@$(PYTHON) cli/bootstrap.py sam

# Whether it is new enough, bootstrap.py says; older than this, it could not even be read.
python:
	@$(PYTHON) -c 'import sys; sys.exit(3 * (sys.version_info < (3, 6)))' 2>/dev/null; \
		case $$? in 3|126|127) \
		echo "error PYTHON_MISSING: $(PYTHON) is no Python 3 here"; \
		echo "remedy: install Python 3.11 or newer, then name it: make demo PYTHON=python3.12"; \
		exit 1;; esac >&2

runtime-python:
	@$(RUNTIME_PYTHON) >/dev/null || { \
		echo "error PYTHON_313_MISSING: sam build needs the runtime's own Python, 3.13"; \
		echo "remedy: install it, or put its bin folder first: PATH=/path/to/bin:\$$PATH make build"; \
		exit 1; } >&2

# The parts of `make check`: unit tests, and the others one after the other beside them. Each runs
# alone too once the environments exist.
check-steps: unit format lint security types architecture rules template

format:
	@echo "format" && $(BIN)/ruff format --check .

lint:
	@echo "lint" && $(BIN)/ruff check . && $(BIN)/codespell

security:
	@echo "security" && $(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(SCANNED)

types:
	@echo "types" && $(BIN)/mypy

architecture:
	@echo "architecture" && $(BIN)/lint-imports --no-logo

rules:
	@echo "rules" && $(BIN)/python -m checks

template:
	@echo "template" && $(BIN)/python -m checks.template template.yaml \
		&& $(BIN)/cfn-lint template.yaml \
		&& AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint --template template.yaml

unit:
	@echo "unit tests" && $(BIN)/pytest --quiet -n 2 tests/unit

# What has running systems waits much of its time: all else runs beside it, behind it where the kernel
# weighs them against each other, and is what people see meanwhile.
test-beside:
	@nice -n 19 $(MAKE) --no-print-directory test-parallel

test-running:
	@{ $(MAKE) --no-print-directory test-integration; status=$$?; \
		$(MAKE) --no-print-directory test-system || status=$$?; exit $$status; \
		} > $(REPORTS)/test-running.log 2>&1

# Two side by side: no test of these looks at how long a copy takes.
test-parallel:
	@$(BIN)/pytest -n 2 --junitxml=$(REPORTS)/test-parallel.xml \
		$(addprefix --ignore=,tests/integration tests/acceptance $(FOUND)) $(ARGS)

# Three side by side on two cores: these wait for processes and sockets much of their time. The longest
# file begins, so that nobody waits for it at the end.
test-integration:
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --junitxml=$(REPORTS)/test-integration.xml \
		$(addprefix --ignore=,tests/integration/system $(RESTORE) $(KILLED) $(LYING) $(LIMITED) $(SOCKETS)) \
		tests/acceptance/test_up.py tests/acceptance tests/integration $(ARGS)

# Each of the two has a running system of its own, and waits for it much of its time.
test-system:
	@$(BIN)/pytest -n 2 --junitxml=$(REPORTS)/test-system.xml tests/integration/system $(ARGS)

# The long proofs, one target each; `make prove` goes through all of them.
prove-steps: prove-sizing prove-signer prove-api prove-follow-life prove-simulated prove-restore \
	prove-judge prove-leaders prove-sockets

prove-sizing:
	@$(BIN)/python -m tests.differential --count 200000

# A million intents, near every limit; a checker of its own says which of them may be signed.
prove-signer:
	@$(BIN)/python -m tests.fuzzing --count 1000000 --workers 2 $(ARGS)

# Requests drawn from the API's own document; every answer must be one that the document describes.
prove-api:
	@$(BIN)/python -m tests.openapi --count 20000 --workers 2 $(ARGS)

prove-follow-life:
	@FOLLOW_LIFE_EXAMPLES=2000 $(BIN)/pytest --quiet --timeout 600 --show-capture=no tests/stateful

# What runs in one thread, on two cores: 200,000 pairs of two mixes, mutants, crash points.
prove-simulated:
	@$(MAKE) --no-print-directory --jobs 2 --output-sync CORES=1 \
		prove-mutants prove-crashes prove-standard prove-heavy prove-found

prove-standard:
	@$(BIN)/understudy simulate --pairs 150000 --mix standard $(ARGS)

prove-heavy:
	@$(BIN)/understudy simulate --pairs 50000 --mix heavy $(ARGS)

prove-found:
	@$(BIN)/pytest --quiet $(FOUND)

prove-mutants:
	@$(BIN)/understudy mutants $(ARGS)

prove-crashes:
	@$(BIN)/python -m tests.simulation.enumeration --workers $(CORES) $(ARGS)

prove-restore:
	@$(BIN)/pytest $(RESTORE) $(KILLED)

prove-judge:
	@$(BIN)/pytest $(LYING) $(LIMITED)

# All that was recorded of four real leaders, each copied to ten followers and judged.
prove-leaders: demo-environment
	@mkdir -p $(REPORTS)
	@status=0; for leader in $(LEADERS); do echo "leader $$leader"; \
		$(BIN)/understudy demo --fills $(RECORDED) --leader $$leader --followers 10 --speed max \
			--json $(REPORTS)/leader-$$leader.json $(ARGS) || status=1; done; exit $$status

prove-sockets:
	@$(BIN)/pytest $(SOCKETS)
