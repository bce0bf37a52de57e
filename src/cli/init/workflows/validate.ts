import { RUNNER } from "./pins.ts";
import { hoistOf, type WorkflowSettings } from "./settings.ts";
import { firstSteps, head, MARK } from "./steps.ts";

/** The workflow of a pull request and of the merge queue: checks, and says what merging does and to whom. */
export function validateWorkflow(settings: WorkflowSettings): string {
  const hoist = hoistOf(settings.install);
  return `${MARK} It checks the flags of a pull request and says what merging does, and to whom.
name: validate

on:
  pull_request:
  merge_group:

${head(settings)}
env:
  # What is compared with: where the pull request goes to, or what stands before it in the merge queue.
  BASE: \${{ github.event.merge_group.base_sha || format('origin/{0}', github.base_ref) }}

jobs:
  # The check to require. It always runs, without a condition or a filter of paths: a required check that does not run is
  # waited for, for ever.
  validate:
    runs-on: ${RUNNER}
    timeout-minutes: 10
    permissions:
      contents: read
    env:
      # Annotations, where the job below may not write them as a check.
      FORMAT: \${{ github.event.pull_request.head.repo.full_name == github.repository && 'text' || 'github' }}
    steps:
${firstSteps(settings, { needsDatabase: false })}
      - name: Check the flags
        run: ${hoist} validate --base "$BASE" --format "$FORMAT"
      - name: Check the code owners
        if: \${{ !cancelled() && steps.install.outcome == 'success' && hashFiles('.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS') != '' }}
        env:
          GITHUB_TOKEN: \${{ github.token }}
        run: ${hoist} github codeowners --check --remote
      - name: Say what changes
        if: \${{ !cancelled() && steps.install.outcome == 'success' }}
        run: |
          status=0
          ${hoist} plan --base "$BASE" --format markdown >> "$GITHUB_STEP_SUMMARY" || status=$?
          # 2: something changes, which is what a pull request is for.
          [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || exit "$status"

  # May write comments and nothing else. A pull request from a fork has the summary of the job above instead.
  comment:
    runs-on: ${RUNNER}
    timeout-minutes: 10
    permissions:
      contents: read
      pull-requests: write
      checks: write
    concurrency:
      # Only the newest push has something to say.
      group: flags-comment-\${{ github.event.pull_request.number || github.run_id }}
      cancel-in-progress: true
    env:
      IS_OWN: \${{ github.event.pull_request.head.repo.full_name == github.repository }}
    steps:
${firstSteps(settings, { needsDatabase: false, onlyIf: OWN })}
      - name: Comment
        if: ${OWN}
        env:
          GITHUB_TOKEN: \${{ github.token }}
        # The summary is written by the job above.
        run: GITHUB_STEP_SUMMARY= ${hoist} github comment --base "$BASE"
`;
}

/** A condition of steps, not of the job: what was not needed has still ended well. */
const OWN = `\${{ env.IS_OWN == 'true' }}`;
