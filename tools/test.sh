#!/usr/bin/env bash
# Checks; all tests but the long ones (make test-long) on the PostgreSQL of the Python package, browser tests with them; then the tests
# that are about the database (conftest.py says which) once more on Debian's. With CI=true a missing PostgreSQL or Chromium is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
missing() {
  echo "!! $1 was not found and could not be installed: $2" >&2
  if [ "${CI:-}" = true ]; then exit 1; fi
}
tools/check.sh

marks=(-m "not long")
if chromium=$(tools/find_chromium.sh); then
  export CHROMIUM="$chromium"
else
  missing Chromium "the browser tests are LEFT OUT"
  marks=(-m "not browser and not long")
fi
system_postgres=yes
tools/find_sshd.sh || missing "an OpenSSH server" "the tests of fetching by SFTP are LEFT OUT"
tools/find_rsyslog.sh || missing "rsyslog with TLS" "the test of rsyslog sending to the listener is LEFT OUT"
tools/find_pgaudit.sh || missing "PostgreSQL with pgaudit" "the test of a real database's audit log is LEFT OUT"
tools/find_postgres.sh || { system_postgres=no && missing "Debian's PostgreSQL" "the second run is LEFT OUT"; }

printf '\n== tests on the PostgreSQL of the Python package\n'
HOSO_POSTGRES=wheel .venv/bin/pytest -n 2 -q "${marks[@]}" "$@"
if [ "$system_postgres" = yes ]; then
  printf "\n== tests of the database on the machine's own PostgreSQL\n"
  HOSO_POSTGRES=system .venv/bin/pytest -n 2 -q -m "integration and not long" "$@"
fi
