#!/usr/bin/env bash
set -euo pipefail
cd "$GITHUB_ACTION_PATH/../../.."
omitted=(--omit=optional)
# PostgreSQL's driver is a development dependency here, and only sync and drift need it.
case "$HOIST_COMMAND" in sync | drift) ;; *) omitted+=(--omit=dev) ;; esac
npm ci --ignore-scripts --no-progress "${omitted[@]}"
