#!/bin/bash
# Plugs in a media player and a telephone that are not there and shows what Cradle does: scripts/demo.sh [--hold]
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/bootstrap.sh build test
exec node out/demo/main.js "$@"
