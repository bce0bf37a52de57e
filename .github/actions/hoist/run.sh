#!/usr/bin/env bash
# Runs one command of the action; action.yml sets the variables.
set -euo pipefail

# In the form --option=value, a value cannot be read as another option.
hoist() { node "$GITHUB_ACTION_PATH/../../../src/cli/bin.js" "$@" "--cwd=$HOIST_FOLDER"; }

finish() {
  echo "exit-code=$1" >> "$GITHUB_OUTPUT"
  exit "$1"
}

wrong() {
  # In an annotation, a line break would start another workflow command.
  local text=${1//%/%25}
  text=${text//$'\r'/%0D}
  echo "::error title=hoist::${text//$'\n'/%0A}"
  finish 9
}

with_database() {
  [ -n "$HOIST_ENVIRONMENT" ] || wrong "$HOIST_COMMAND needs the input environment"
  # Without an address, hoist would use an empty local database.
  [ -n "${FLAGS_DATABASE_URL:-}" ] || wrong "$HOIST_COMMAND needs the input database, from a secret of the environment"
}

# An input that is not given is an empty variable, which hoist would refuse.
[ -n "${FLAGS_DATABASE_URL:-}" ] || unset FLAGS_DATABASE_URL

base=$HOIST_BASE
if [ -z "$base" ] && [ -n "${GITHUB_BASE_REF:-}" ]; then base="origin/$GITHUB_BASE_REF"; fi

status=0
case "$HOIST_COMMAND" in
  validate)
    compared=()
    [ -z "$base" ] || compared+=("--base=$base")
    hoist validate --format github "${compared[@]}" || status=$?
    if [ -e .github/CODEOWNERS ] || [ -e CODEOWNERS ] || [ -e docs/CODEOWNERS ]; then
      owners=0
      hoist github codeowners --check --remote || owners=$?
      [ "$status" -ne 0 ] || status=$owners
    fi
    if [ -n "$base" ]; then
      changes=0
      hoist plan --format markdown "--base=$base" >> "$GITHUB_STEP_SUMMARY" || changes=$?
      # Exit code 2 means that flags change, which is not an error here.
      [ "$status" -ne 0 ] || [ "$changes" -eq 2 ] || status=$changes
    fi
    ;;
  comment)
    [ -n "$base" ] || wrong "comment needs a pull request, or the input base"
    # The command validate writes the summary.
    GITHUB_STEP_SUMMARY='' hoist github comment "--base=$base" || status=$?
    ;;
  sync)
    with_database
    options=()
    read -r -d '' -a keys <<< "${HOIST_RELEASE//,/ }" || true
    for key in "${keys[@]}"; do options+=("--release=$key"); done
    [ -z "$HOIST_ACKNOWLEDGE" ] || options+=("--acknowledge=$HOIST_ACKNOWLEDGE")
    [ -z "$HOIST_ACCEPT_LIVE" ] || options+=("--accept-live=$HOIST_ACCEPT_LIVE")
    hoist sync --comment "--env=$HOIST_ENVIRONMENT" "${options[@]}" || status=$?
    ;;
  drift)
    with_database
    hoist github drift "--env=$HOIST_ENVIRONMENT" || status=$?
    ;;
  *) wrong "the input command is \"$HOIST_COMMAND\"; use validate, comment, sync or drift" ;;
esac
finish "$status"
