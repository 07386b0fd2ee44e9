# make compare: the comparison on the built-in faces.   make test: lint and the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TESTABLE := $(VENV)/.testable
DATA ?= demo
PROJECT := setup.cfg pyproject.toml constraints.txt

.PHONY: compare test install lint clean

compare: $(INSTALLED)
	$(BIN)/happysad compare --data "$(DATA)"

test: lint
	$(BIN)/python -m pytest

install: $(INSTALLED)

lint: $(TESTABLE)
	mkdir -p .mypy_path/happysad
	for folder in features pipeline experiments app; do \
	  ln -sfn ../../$$folder .mypy_path/happysad/$$folder; done
	$(BIN)/ruff check .
	$(BIN)/mypy -p happysad.features -p happysad.pipeline -p happysad.experiments -p happysad

# A stamp is written last, so an installation that broke off is begun again.
$(INSTALLED): $(PROJECT)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[cnn,web]"
	touch $@

$(TESTABLE): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[cnn,onnx,web,dev]"
	touch $@

clean:
	rm -rf $(VENV) .mypy_path build *.egg-info
