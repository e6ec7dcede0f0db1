# The commands of this house; what they do stands in tools/. Data goes to HOSO_HOME (default: var).
.PHONY: prove-fhir-search prove-matrix setup setup-dev demo test check bench lock audit prove-kill prove-rules prove-sharing prove-restore prove-newcomer

setup: ## Build .venv to run HoSo
	@tools/setup.sh run

setup-dev: ## Build .venv to work on HoSo
	@tools/setup.sh dev

demo: setup ## A synthetic province at http://127.0.0.1:8000
	@exec .venv/bin/hoso demo

test: setup-dev ## Checks and the tests, but for the long ones
	@tools/test.sh

.PHONY: test-long
test-long: setup-dev ## The tests that make test leaves out for their length (some twenty minutes)
	@CHROMIUM=$$(tools/find_chromium.sh) HOSO_POSTGRES=wheel .venv/bin/pytest -n 2 -q -m long

.PHONY: fuzz-intake
fuzz-intake: setup-dev ## Ten minutes of changed packages against their reader
	@.venv/bin/python -m tests.hostile.fuzz --seconds 600

check: setup-dev ## Format, types, contracts, and the tests of the house itself
	@tools/check.sh
	@.venv/bin/pytest -q tests/house

bench: setup ## Every benchmark in the small size (SIZE=full for the stated ones)
	@tools/bench.sh

lock: setup-dev ## Write requirements.lock and requirements-dev.lock
	@tools/lock.sh

audit: setup-dev ## Known advisories on the packages; exit code 3 where no feed answers
	@.venv/bin/python tools/audit.py

prove-kill: setup-dev ## Full size: kill everything at random moments of an intake, compare the store
	@.venv/bin/python -m tests.faults.kill_proof --visits 2000 --kills 20

.PHONY: prove-order
prove-order: setup-dev ## Full size: the same packages ten times each in random orders give the same store
	@.venv/bin/python -m tests.faults.order_proof --visits 2000 --times 10

prove-rules: setup-dev ## Full size: 5,000 people over three years with 3 % planted defects: found = planted
	@.venv/bin/python -m tests.conformance.rules.truth_proof

prove-fhir-search: setup-dev ## Full size: 3,000 random FHIR searches, compared with a slow second implementation
	@.venv/bin/pytest -q tests/conformance/test_fhir_search_store.py --questions 3000

prove-sharing: setup-dev ## Full size: 100,000 guesses of a code of one-time sharing, in eight windows at once
	@.venv/bin/pytest -q tests/faults/test_sharing_guesses.py --guesses 100000

prove-restore: setup-dev ## Full size: back up under load, restore a moment in the middle, compare every row
	@.venv/bin/python -m tests.faults.restore_proof --visits 2000

prove-matrix: setup-dev ## Full size: the authorisation matrix through HTTP, and every mutant of the policy
	@MATRIX=full .venv/bin/pytest -q -s -p no:logging tests/conformance/test_access_matrix.py tests/conformance/test_policy_mutants.py

prove-newcomer: ## Full size: the README's two commands in empty folders, as root and as an ordinary user
	@tools/prove_newcomer.sh

.PHONY: prove-transactions prove-fhir-synthea fuzz-fhir
prove-transactions: setup-dev ## Full size: kill web server and PostgreSQL amid 400 FHIR transactions: each whole or not at all
	@.venv/bin/python -m tests.faults.transaction_kill_proof --transactions 400 --kills 12

.PHONY: prove-import
prove-import: setup-dev ## Full size: kill worker and PostgreSQL amid a FHIR import of 20,000 lines: none lost, none twice
	@.venv/bin/python -m tests.faults.import_kill_proof --lines 20000 --kills 12

.PHONY: prove-cube prove-cube-answers prove-cube-kills
prove-cube: setup-dev ## Full size: 5,000 random questions to the cube, the database and a slow implementation
	@.venv/bin/pytest -q -s src/hoso/engines/statistics/cube/tests/test_random_questions.py --questions 1700

prove-cube-answers: setup-dev ## Full size: 5,000 random questions of both maps and of nested indicators, to a slow implementation too
	@.venv/bin/pytest -q -s src/hoso/engines/statistics/cube/tests/test_random_answers.py --questions 10000

prove-cube-kills: setup-dev ## Full size: 300 acts and 60 kills, then the cube has the hash of one built anew
	@CUBE_KILLS=60 .venv/bin/pytest -q -s tests/faults/test_cube_kills.py

prove-fhir-synthea: setup-dev ## Every bundle of SYNTHEA (a folder; the two batches 0-* first), twice: 2xx on each entry, nothing filed twice
	@.venv/bin/pytest -q -s -p no:logging tests/conformance/test_fhir_synthea.py

fuzz-fhir: setup-dev ## 10,000 odd requests to the FHIR addresses: none ends in a 5xx
	@FHIR_REQUESTS=10000 .venv/bin/pytest -q -s -p no:logging tests/hostile/test_fhir_fuzzing.py

.PHONY: prove-oversight
prove-oversight: setup-dev ## Full size: kill collectors, the worker's look and PostgreSQL 30 times under load: no event lost or counted twice
	@.venv/bin/python -m tests.faults.oversight_kill_proof --events 20000 --kills 30

.PHONY: prove-year
prove-year: setup-dev ## Full size: every report of province 80 over a year, from entry to the ministry, by API and browser
	@.venv/bin/pytest -q -s -p no:logging tests/reporting_year --communes 96 --months 12
