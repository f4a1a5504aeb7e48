# make report · make test · make lab. Each sets up what it needs: .venv, from the two locks, every file checked by its hash.

CASE ?= wuxi-offices-2019
SCENARIO ?=
PYTHON ?= python3.11 python3
ARGS ?=
VENV := .venv
READY := $(VENV)/.ready

.PHONY: help report test test-all audit lab benchmark lock clean distclean

help:
	@echo "make report [CASE=$(CASE)] [SCENARIO=名字或路径 / name or path]   生成报告 / the report, in outputs/"
	@echo "make test [ARGS='-k budget']   检查与测试 / style, types, tests"
	@echo "make test-all                  同上，另加各语料的全部 / the same, and the whole of every corpus"
	@echo "make audit                     锁定的依赖有没有已知漏洞（要联网） / known vulnerabilities of what is locked (needs the network)"
	@echo "make lab                       用 JupyterLab 打开 / the notebooks by hand"
	@echo "make benchmark                 测速，写入 docs/performance.md / measure, into docs/performance.md"
	@echo "make lock [ARGS=--upgrade]     重新锁定依赖 / lock the dependencies anew"
	@echo "make clean · make distclean    清除生成的文件（及 .venv） / remove what was made (and .venv)"

report: $(READY)
	@$(VENV)/bin/auditbook run "$(CASE)" $(if $(SCENARIO),--scenario "$(SCENARIO)")

# All four run, whatever the others found; pytest is last, so that its summary ends the output.
test: $(READY)
	@failed=0; \
	$(VENV)/bin/ruff check || failed=1; \
	$(VENV)/bin/ruff format --check || failed=1; \
	$(VENV)/bin/mypy || failed=1; \
	$(VENV)/bin/pytest $(WHOLE) $(ARGS) || failed=1; \
	exit $$failed

test-all: WHOLE := -m ""
test-all: test

# In an environment of its own: pip-audit is no part of what auditors install.
AUDIT := .venv-audit
audit: $(READY)
	@[ -x $(AUDIT)/bin/python ] || $(VENV)/bin/python -m venv $(AUDIT); \
	$(AUDIT)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-audit.lock && $(AUDIT)/bin/python tools/audit.py

# The settings in .jupyter open the start page and keep JupyterLab from fetching news, updates and extensions; a user's own still count.
lab: $(READY)
	@JUPYTER_CONFIG_PATH="$(CURDIR)/.jupyter$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}" $(VENV)/bin/jupyter lab --ServerApp.root_dir="$(CURDIR)" $(ARGS)

benchmark: $(READY)
	@$(VENV)/bin/python benchmarks/speed.py && $(VENV)/bin/python benchmarks/intake.py && $(VENV)/bin/python benchmarks/claims.py && $(VENV)/bin/python benchmarks/peers.py && $(VENV)/bin/python benchmarks/batch.py

lock: $(READY)
	@$(VENV)/bin/python tools/make_lock.py $(ARGS)

# What git keeps there starts with a dot, which `*` leaves alone.
clean:
	@rm -rf data/processed/* outputs/*

distclean: clean
	@rm -rf $(VENV) $(AUDIT) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# uv installs the lock in seconds; where it cannot (no wheel for the machine, an index that only pip knows), pip does the same.
# Bytecode is compiled here, or the first report would wait for it: hence the unset.
$(READY): requirements.lock requirements-bootstrap.lock pyproject.toml
	@unset PYTHONDONTWRITEBYTECODE; \
	for python in $(PYTHON); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	  python=; \
	done; \
	[ "$$python" ] || { \
	  echo "需要 Python 3.11 或更新的版本，没有找到（可用 make PYTHON=路径 指明） / Python 3.11 or newer not found; name it: make PYTHON=path" >&2; \
	  exit 1; }; \
	echo "正在准备环境（仅此一次，约半分钟） / setting up .venv (once, about half a minute)" >&2; \
	$(VENV)/bin/python -m pip --version >/dev/null 2>&1 || "$$python" -m venv --clear $(VENV) || { \
	  rm -rf $(VENV); \
	  echo "无法建立虚拟环境；Debian、Ubuntu 请先装 python3-venv / cannot make .venv; on Debian or Ubuntu: apt install python3-venv" >&2; \
	  exit 1; }; \
	pip="$(VENV)/bin/python -m pip install -qq --disable-pip-version-check"; \
	if $$pip --require-hashes -r requirements-bootstrap.lock && $(VENV)/bin/uv pip sync -q --system-certs --python $(VENV)/bin/python \
	  --require-hashes --compile-bytecode requirements-bootstrap.lock requirements.lock; then :; else \
	  echo "uv 未成功，改用 pip（约一两分钟） / uv did not succeed, pip instead (a minute or two)" >&2; \
	  $$pip --require-hashes -r requirements.lock || exit 1; \
	fi; \
	$$pip --no-deps --no-build-isolation -e . && $(VENV)/bin/python -m compileall -q src && touch $@
