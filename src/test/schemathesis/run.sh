#!/bin/sh
# Tests a running server against its own contract with schemathesis (https://schemathesis.io).
#
# usage: NAME=user PASSWORD=secret run.sh [BASE_URL [EXAMPLES [further options of schemathesis]]]
#
# Run it once as a user and once as an administrator. It creates accounts and predictions, so never
# run it against a production server. Start the server with
# MARQUE_LIMITS_PREDICTIONS_PER_MINUTE=100000; otherwise most responses of POST /predictions are 429.
set -eu
: "${NAME:?the user to sign in as}" "${PASSWORD:?the password of $NAME}"
MARQUE=${1:-http://localhost:8080}
EXAMPLES=${2:-200}
[ $# -lt 1 ] || shift
[ $# -lt 1 ] || shift
export NAME PASSWORD MARQUE

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
venv=$here/../../../target/schemathesis
if [ ! -x "$venv/bin/schemathesis" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet schemathesis==4.32.5
fi
cd "$here"
export PYTHONPATH="$here" SCHEMATHESIS_HOOKS=auth
# Schemathesis skips the operation that serves the contract unless a filter selects it; this filter
# selects all operations.
exec "$venv/bin/schemathesis" run "$MARQUE/api/v1/openapi.yaml" \
  --url "$MARQUE/api/v1" --include-path-regex '^/' --max-examples "$EXAMPLES" --phases examples,coverage,fuzzing \
  --request-timeout 60 --continue-on-failure "$@"
