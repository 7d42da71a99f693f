# Two commands matter: `make demo` and `make test`. Everything is installed into .venv from locked, hashed versions.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

# Those that need no scene, no reference tool and less than a few minutes each; the others say in their first lines what they want.
BENCHES := decode detector render throughput reaudit merge case_store nights places trace traffic_lights false_alarms edge_events

.PHONY: demo test check bench soak lock messages clean

demo: $(VENV)/.demo
	$(BIN)/streetaudit demo

test: $(VENV)/.dev check
	$(BIN)/pytest -q -n 2 --dist loadgroup
	$(BIN)/pytest -q -n 2 --nbmake --nbmake-timeout=300 notebooks/*.ipynb

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy pipeline serve models datasets tests benchmarks
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	for bench in $(BENCHES); do echo "== $$bench"; PYTHONPATH=tests $(BIN)/python benchmarks/$$bench.py || exit 1; done

# Minutes to hours: kills in the middle of everything.
soak: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python benchmarks/kill_batch.py
	STREETAUDIT_KILLS=1000 $(BIN)/pytest -q tests/edge/test_delivery.py -k killed
	PYTHONPATH=tests $(BIN)/python benchmarks/edge_stalls.py 200 --shipped
	PYTHONPATH=tests $(BIN)/python benchmarks/edge_outage.py

$(VENV)/.demo: requirements/demo.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "streetaudit needs Python 3.11 or newer: make demo PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --no-deps --require-hashes -r requirements/demo.txt
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "streetaudit needs Python 3.11 or newer: make test PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --no-deps --require-hashes -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/.demo

# opencv-python is left out of the locks: some test tools ask for it, and the headless build serves them all.
# After a change of dependencies in pyproject.toml: rewrites the locked sets (needs uv: pip install uv).
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-emit-package opencv-python --extra serve --extra batch pyproject.toml requirements/build.in -o requirements/demo.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-emit-package opencv-python --extra serve --extra batch --extra models --extra dev pyproject.toml requirements/build.in -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-emit-package opencv-python pyproject.toml requirements/build.in -o requirements/core.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
