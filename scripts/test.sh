#!/bin/bash
# All that CI checks. Heavy stages keep what they fetch and build below target/, so that a second
# run is quicker.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/tools.sh
. scripts/tools.sh

step "check" scripts/check.sh
step "crashes" scripts/test-crash.sh
step "package" scripts/test-deb.sh
step "instructions" scripts/test-instructions.sh
step "try" scripts/test-try.sh
step "image" scripts/test-image.sh
step "aws" scripts/test-aws.sh
step "clients" scripts/test-clients.sh
echo "== everything passed in $SECONDS s"
