#!/usr/bin/env bash
# See that Debian's PostgreSQL 15 has its audit extension, to test the reader of its log against; install it where we may. Exit
# code 1 where there is none.
set -euo pipefail
present() { [ -f /usr/lib/postgresql/15/lib/pgaudit.so ] && [ -x /usr/lib/postgresql/15/bin/initdb ]; }
present && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  "$(dirname "$0")/find_postgres.sh" || true # so that no server of the machine's own is made
  apt-get install -y -qq --no-install-recommends postgresql-15-pgaudit >&2 || true
fi
present
