#!/bin/bash
# Plugs in a media player that is not there and shows what Cradle does with it: scripts/demo.sh [--hold]
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/bootstrap.sh build test
exec node out/demo/main.js "$@"
