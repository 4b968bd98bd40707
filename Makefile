# Everything a person runs. `make` alone lists it.
# Variables of `make run`: PORT=8000, HOST=127.0.0.1, ACADEMY_VAR=var

ifndef PYTHON
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
endif

.PHONY: help run test torture proof faults bench lint load servers translations python environment environment-dev

help:
	@echo 'make run           start the platform with its demonstration: http://localhost:8000/'
	@echo 'make test          run every test'
	@echo 'make torture       let editors and learners do 100,000 steps at random (about an hour)'
	@echo 'make proof         kill 50 workers while 500 people complete a course; bring 20,000 people in line (PostgreSQL)'
	@echo 'make bench         measure the platform at full size (PostgreSQL, Redis); GROWTH=1, SCALE=0.1, AGAINST=file, ONLY=matching'
	@echo 'make faults        break a site under load for two minutes: database, Redis, processes, slow clients, full disk (PostgreSQL, Redis)'
	@echo 'make lint          check style, types, layers and templates'
	@echo 'make load          measure a running demonstration for 30 seconds'
	@echo 'make servers       compare web servers under the same site (PostgreSQL, Redis; about six minutes)'
	@echo 'make translations  bring new texts into locale/, ready to be translated'

run: environment
	@exec .venv/bin/python -m academy.demo

test: environment-dev
	@exec .venv-dev/bin/python tools/test.py

torture: environment-dev
	@HYPOTHESIS_RUNS=500 exec .venv-dev/bin/python tools/test.py tests/courses/test_changing.py

proof: environment-dev
	@TEST_DATABASE=postgres PROOF_PEOPLE=500 PROOF_KILLS=50 \
		.venv-dev/bin/python -m pytest -q -s -p no:cacheprovider tests/participants/test_notices_proof.py
	@TEST_DATABASE=postgres ROLLOUT_PEOPLE=20000 \
		.venv-dev/bin/python -m pytest -q -p no:cacheprovider tests/courses/test_rollout.py

faults: environment-dev
	@TEST_DATABASE=postgres FAULT_SECONDS=$(or $(SECONDS),120) \
		.venv-dev/bin/python -m pytest -q -s -p no:cacheprovider tests/faults

bench: environment-dev
	@exec .venv-dev/bin/python -m tools.bench --scale $(or $(SCALE),1) \
		$(if $(GROWTH),--growth) $(if $(FRESH),--fresh) $(if $(AGAINST),--against $(AGAINST)) \
		$(if $(ONLY),--only $(ONLY))

lint: environment-dev
	@exec .venv-dev/bin/python tools/lint.py

load: environment
	@exec .venv/bin/python tools/load.py

servers: environment-dev
	@exec .venv-dev/bin/python tools/servers.py

translations: environment
	@exec .venv/bin/python manage.py translations extract

environment: python
	@$(PYTHON) tools/environment.py run

environment-dev: python
	@$(PYTHON) tools/environment.py dev

python:
	@test -n "$(PYTHON)" || { \
		echo 'Python 3.11 or newer is needed, and this machine has none under the name python3.'; \
		echo 'Install it, or name it: make run PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Python 3.11 or newer is needed; $(PYTHON) is older.'; \
		echo 'Install a newer one, or name it: make run PYTHON=/path/to/python3'; exit 1; }
