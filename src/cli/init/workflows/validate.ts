import { firstSteps, head, hoistOf, MARK, RUNNER, type WorkflowSettings } from "./parts.ts";

/** Returns the workflow of pull requests and the merge queue, which checks the flags and reports what merging changes. */
export function validateWorkflow(settings: WorkflowSettings): string {
  return `${MARK} This workflow checks the flags of a pull request, and reports what merging it changes and for whom.
name: validate

on:
  pull_request:
  merge_group:

${head(settings)}
env:
  # The commit to compare with: the target of the pull request, or the previous entry of the merge queue.
  BASE: \${{ github.event.merge_group.base_sha || format('origin/{0}', github.base_ref) }}

jobs:
${checkJob(settings)}
${commentJob(settings)}`;
}

function checkJob(settings: WorkflowSettings): string {
  const hoist = hoistOf(settings.install);
  return `  # The check that branch protection requires. It runs without conditions or path filters, because a required check that
  # is skipped blocks the merge.
  validate:
    runs-on: ${RUNNER}
    timeout-minutes: 10
    permissions:
      contents: read
    env:
      # For pull requests from forks, annotations go into the log, because the job below cannot write a check.
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
      - name: Report the changes
        if: \${{ !cancelled() && steps.install.outcome == 'success' }}
        run: |
          status=0
          ${hoist} plan --base "$BASE" --format markdown >> "$GITHUB_STEP_SUMMARY" || status=$?
          # Exit code 2 means that flags change, which is not an error here.
          [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || exit "$status"
`;
}

function commentJob(settings: WorkflowSettings): string {
  return `  # The only job that may write comments. A pull request from a fork gets the job summary above instead.
  comment:
    runs-on: ${RUNNER}
    timeout-minutes: 10
    permissions:
      contents: read
      pull-requests: write
      checks: write
    concurrency:
      # A newer push replaces an older run.
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
        # The job above already writes the summary.
        run: GITHUB_STEP_SUMMARY= ${hoistOf(settings.install)} github comment --base "$BASE"
`;
}

/** A condition of the steps and not of the job, so that the job succeeds when it has nothing to do. */
const OWN = `\${{ env.IS_OWN == 'true' }}`;
