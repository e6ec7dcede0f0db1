#!/usr/bin/env bash
# Format, lint, types, contracts of the floors, definitions, licences.
set -euo pipefail
cd "$(dirname "$0")/.."
export HOSO_HOME="$PWD/var/check" # the type checker loads the settings, which want a data folder
bin=.venv/bin
say() { printf '\n== %s\n' "$1"; }
say "ruff" && $bin/ruff check . && $bin/ruff format --check .
say "mypy" && $bin/mypy
say "import contracts" && $bin/lint-imports --no-logo
say "definitions" && { $bin/hoso definitions check >var/check.txt || { grep -v '^ok' var/check.txt; exit 1; }; } && echo ok
say "licences" && { $bin/python tools/licences.py >var/check.txt || { grep -v '^ok' var/check.txt; exit 1; }; } && echo ok
