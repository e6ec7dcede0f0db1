#!/usr/bin/env bash
# Write both locks with hashes. Pins stay as they are; `tools/lock.sh --upgrade` takes the newest allowed ones.
set -euo pipefail
cd "$(dirname "$0")/.."
compile=(.venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11
  --custom-compile-command "make lock")
"${compile[@]}" "$@" --all-extras pyproject.toml tools/lock.in tools/lock-dev.in -o requirements-dev.lock
# The smaller lock follows the larger one, so that what was tested is what runs.
"${compile[@]}" pyproject.toml tools/lock.in -c requirements-dev.lock -o requirements.lock
