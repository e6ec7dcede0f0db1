#!/usr/bin/env bash
# See that the machine has a PostgreSQL of its own (Debian's); install it where we may. Exit code 1 where there is none.
set -euo pipefail
present() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v pg_ctl >/dev/null; }
present && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  # Only the programs: no server of the machine's own is to be made or started.
  mkdir -p /etc/postgresql-common
  grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf ||
    echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
  apt-get update -qq >&2 || true
  apt-get install -y -qq --no-install-recommends postgresql-15 >&2 ||
    apt-get install -y -qq --no-install-recommends postgresql >&2 || true
fi
present
