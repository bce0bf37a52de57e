import { firstSteps, head, hoistOf, MARK, readEnvironment, RUNNER, type WorkflowSettings, yamlWord } from "./parts.ts";

/** Returns the hourly workflow, which reports drift in an issue. It writes to no table. */
export function driftWorkflow(settings: WorkflowSettings): string {
  return `${MARK} This workflow keeps an issue open while the database of an environment differs from the flags of ${settings.branch}.
name: drift

on:
  schedule:
    - cron: "23 * * * *"
  workflow_dispatch:

${head(settings)}
jobs:
${settings.environments.map((name) => job(settings, name)).join("\n")}`;
}

function job(settings: WorkflowSettings, environment: string): string {
  return `  drift-${environment}:
    runs-on: ${RUNNER}
    timeout-minutes: 10
    # A separate environment: its database user can only read, and it does not wait for a reviewer.
    environment: ${yamlWord(readEnvironment(environment))}
    concurrency:
      group: flags-drift-${environment}
      cancel-in-progress: false
    permissions:
      contents: read
      issues: write
    steps:
${firstSteps(settings, { ref: settings.branch, needsDatabase: true })}
      - name: Compare ${environment}
        env:
          FLAGS_DATABASE_URL: \${{ secrets.FLAGS_DATABASE_URL }}
          GITHUB_TOKEN: \${{ github.token }}
        run: |
          if [ -z "$FLAGS_DATABASE_URL" ]; then
            echo "::warning title=Not compared::the environment ${readEnvironment(environment)} has no secret FLAGS_DATABASE_URL; add it under Settings, Environments, ${readEnvironment(environment)}"
            exit 0
          fi
          ${hoistOf(settings.install)} github drift --env ${environment}
`;
}
