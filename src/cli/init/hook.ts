import { shellWord } from "../../core/text.ts";

/**
 * The pre-commit hook: validates what is staged, and passes on what `hoist validate` says. POSIX sh, since git brings one on
 * every system. Node is only started when something under `flags/` is staged.
 *
 * @param folder  the one that holds `flags/`, from the top of the work tree: "" or `apps/shop`
 */
export function preCommitHook(folder: string): string {
  return `#!/bin/sh
${HOOK_MARK}
# It checks the flags that are staged. Skip it once with: git commit --no-verify
cd ${folder === "" ? "." : shellWord(folder)} 2>/dev/null || exit 0
git diff --cached --quiet -- flags && exit 0
for hoist in ./node_modules/.bin/hoist "$(git rev-parse --show-toplevel)/node_modules/.bin/hoist"; do
  [ -x "$hoist" ] && exec "$hoist" validate --staged
done
command -v hoist >/dev/null 2>&1 && exec hoist validate --staged
command -v npx >/dev/null 2>&1 && exec npx --no-install hoist validate --staged
echo "hoist is not installed here, so the staged flags were not checked: run npm install, or git commit --no-verify" >&2
exit 1
`;
}

/** The line by which a hook is known for ours. */
export const HOOK_MARK = "# Installed by hoist init --hook.";
