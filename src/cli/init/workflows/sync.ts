import { filterPattern, firstSteps, head, hoistOf, MARK, RUNNER, type WorkflowSettings, yamlWord } from "./parts.ts";

/** Returns the workflow that runs after a merge, which syncs the environments in order of promotion. */
export function syncWorkflow(settings: WorkflowSettings): string {
  const { environments, branch, folder } = settings;
  const paths = filterPattern(`${folder === "" ? "" : `${folder}/`}flags`).replace(/"$/, '/**"');
  return `${MARK} This workflow syncs the flags of ${branch} to the database of each environment.
name: sync

on:
  push:
    branches: [${filterPattern(branch)}]
    paths: [${paths}]
  # To start this workflow manually for one environment:
  # gh workflow run sync.yml -f environment=${environments.at(-1)} -f release=KEY
  workflow_dispatch:
    inputs:
      environment:
        description: The environment to sync
        type: choice
        required: true
        options: [${environments.map(yamlWord).join(", ")}]
      release:
        description: Keys of the flags whose manual changes to discard, separated by spaces
        type: string
      acknowledge:
        description: The plan id to acknowledge, as printed by a refused sync
        type: string
      accept-live:
        description: The live commit to accept after the git history was rewritten
        type: string

${head(settings)}
jobs:
${environments.map((name, index) => job(settings, name, environments[index - 1])).join("\n")}`;
}

/** @param before  the previous environment in the order of promotion */
function job(settings: WorkflowSettings, environment: string, before: string | undefined): string {
  const asked = `inputs.environment == '${environment}'`;
  const onPush =
    before === undefined
      ? `\${{ github.event_name == 'push' || ${asked} }}`
      : `\${{ !cancelled() && ((github.event_name == 'push' && needs.sync-${before}.result == 'success') || ${asked}) }}`;
  return `  sync-${environment}:
    runs-on: ${RUNNER}
    timeout-minutes: 15${before === undefined ? "" : `\n    needs: sync-${before}`}
    if: ${onPush}
    environment: ${yamlWord(environment)}
    # One run at a time; no run is cancelled. hoist itself refuses to replace a newer commit with an older one.
    concurrency:
      group: flags-sync-${environment}
      cancel-in-progress: false
    permissions:
      contents: read
      pull-requests: write
    steps:
      # Checks out the head of the branch, because newer commits may arrive while the run waits for a reviewer.
${firstSteps(settings, { ref: settings.branch, needsDatabase: true })}
      - name: Sync ${environment}
        env:
          FLAGS_DATABASE_URL: \${{ secrets.FLAGS_DATABASE_URL }}
          GITHUB_TOKEN: \${{ github.token }}
          RELEASE: \${{ inputs.release }}
          ACKNOWLEDGE: \${{ inputs.acknowledge }}
          ACCEPT_LIVE: \${{ inputs.accept-live }}
        run: |
          if [ -z "$FLAGS_DATABASE_URL" ]; then
            echo "::error title=No database::the environment ${environment} has no secret FLAGS_DATABASE_URL; add it under Settings, Environments, ${environment}"
            exit 9
          fi
          options=()
          read -r -d '' -a keys <<< "\${RELEASE//,/ }" || true
          for key in "\${keys[@]}"; do options+=("--release=$key"); done
          [ -z "$ACKNOWLEDGE" ] || options+=("--acknowledge=$ACKNOWLEDGE")
          [ -z "$ACCEPT_LIVE" ] || options+=("--accept-live=$ACCEPT_LIVE")
          ${hoistOf(settings.install)} sync --env ${environment} --comment "\${options[@]}"
`;
}
