#!/usr/bin/env bash
# Format, lint, types, contracts of the floors, definitions, licences. All are run; the end says which failed.
set -uo pipefail
cd "$(dirname "$0")/.."
export HOSO_HOME="$PWD/var/check" # the type checker loads the settings, which want a data folder
bin=.venv/bin
failed=()

check() {
  local name=$1
  shift
  printf '== %s\n' "$name"
  "$@" || failed+=("$name")
}

# Commands that tell of every thing checked: only what is wrong is shown.
wrong_only() {
  local told
  told=$("$@") || {
    grep -v '^ok' <<<"$told"
    return 1
  }
}

check "ruff" $bin/ruff check --quiet .
check "format" $bin/ruff format --quiet --check .
check "types" $bin/mypy
check "import contracts" $bin/lint-imports --no-logo
check "definitions" wrong_only $bin/hoso definitions check
check "licences" wrong_only $bin/python tools/licences.py

if [ ${#failed[@]} -gt 0 ]; then
  printf '!! failed: %s\n' "${failed[*]}" >&2
  exit 1
fi
