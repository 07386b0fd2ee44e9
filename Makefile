# make compare: the comparison on the built-in faces.   make test: lint, types and all tests.
# make test-fast: the tests that need no browser, no other process and no real data.
# make docs: the pages of docs/ and the reference as a site, in site/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TESTABLE := $(VENV)/.testable
DATA ?= demo
PROJECT := setup.cfg pyproject.toml constraints.txt
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadgroup

.PHONY: compare test test-fast install lint docs clean

compare: $(INSTALLED)
	$(BIN)/happysad compare --data "$(DATA)"

test: lint
	OMP_NUM_THREADS=1 $(PYTEST)

test-fast: $(TESTABLE)
	OMP_NUM_THREADS=1 $(PYTEST) -m "not (slow or browser or process or docs or packaging or real)"

install: $(INSTALLED)

lint: $(TESTABLE) links
	$(BIN)/ruff check .
	$(BIN)/mypy -p happysad

docs: $(TESTABLE) links
	$(BIN)/mkdocs build --quiet --strict

# The package as it looks once it is installed, for tools that read files and do not import.
.PHONY: links
links:
	mkdir -p .package/happysad
	for part in happysad/* features pipeline experiments; do \
	  link=".package/happysad/$$(basename $$part)"; \
	  [ -e "$$link" ] || ln -sf "../../$$part" "$$link"; done

# A stamp is written last, so an installation that broke off is begun again.
$(INSTALLED): $(PROJECT)
	$(PYTHON) -m venv $(VENV)
	rm -rf build
	$(BIN)/python -m pip install --quiet --constraint constraints.txt ".[cnn,heic,web]"
	touch $@

$(TESTABLE): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[cnn,heic,onnx,web,dev]"
	touch $@

clean:
	rm -rf $(VENV) .package site build *.egg-info
