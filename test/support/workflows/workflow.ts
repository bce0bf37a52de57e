import { parseDocument } from "yaml";
import { z } from "zod";

// What we use of GitHub's workflow syntax. Strict: a misspelt key is ignored by nobody but GitHub's own run.

const condition = z.union([z.string(), z.boolean()]);
const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const level = z.enum(["read", "write", "none"]);
const permissions = z.strictObject({
  contents: level.optional(),
  "pull-requests": level.optional(),
  checks: level.optional(),
  issues: level.optional(),
});
const concurrency = z.strictObject({ group: z.string(), "cancel-in-progress": z.boolean() });
const defaults = z.strictObject({
  run: z.strictObject({ shell: z.literal("bash"), "working-directory": z.string().optional() }),
});
const stepShape = z
  .strictObject({
    name: z.string(),
    id: z
      .string()
      .regex(/^[A-Za-z_][\w-]*$/)
      .optional(),
    if: condition.optional(),
    uses: z.string().optional(),
    with: values.optional(),
    run: z.string().optional(),
    shell: z.literal("bash").optional(),
    env: values.optional(),
    "working-directory": z.string().optional(),
  })
  .refine(({ uses, run }) => (uses === undefined) !== (run === undefined), "a step has either uses or run");
const jobShape = z.strictObject({
  "runs-on": z.string(),
  "timeout-minutes": z.int(),
  needs: z.string().optional(),
  if: condition.optional(),
  environment: z.string().optional(),
  concurrency: concurrency.optional(),
  permissions,
  env: values.optional(),
  steps: z.array(stepShape).min(1),
});
const input = z.strictObject({
  description: z.string(),
  type: z.enum(["string", "choice"]),
  required: z.boolean().optional(),
  options: z.array(z.string()).min(1).optional(),
});
const workflowShape = z.strictObject({
  name: z.string(),
  on: z.strictObject({
    pull_request: z.null().optional(),
    merge_group: z.null().optional(),
    push: z.strictObject({ branches: z.array(z.string()).min(1), paths: z.array(z.string()).min(1) }).optional(),
    schedule: z.array(z.strictObject({ cron: z.string().regex(/^\S+ \S+ \S+ \S+ \S+$/) })).optional(),
    workflow_dispatch: z.union([z.null(), z.strictObject({ inputs: z.record(z.string(), input) })]).optional(),
  }),
  permissions,
  defaults,
  env: values.optional(),
  jobs: z.record(z.string().regex(/^[A-Za-z_][\w-]*$/), jobShape),
});
const actionShape = z.strictObject({
  name: z.string(),
  description: z.string(),
  author: z.string(),
  inputs: z.record(
    z.string(),
    z.strictObject({ description: z.string(), required: z.boolean().optional(), default: z.string().optional() }),
  ),
  outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })),
  runs: z.strictObject({ using: z.literal("composite"), steps: z.array(stepShape) }),
});

export type Workflow = z.infer<typeof workflowShape>;
export type Job = z.infer<typeof jobShape>;
export type Step = z.infer<typeof stepShape>;
export type Action = z.infer<typeof actionShape>;

/** Parses a workflow. @throws Error if the text is not YAML, or contains an unknown key or value */
export function parseWorkflow(text: string): Workflow {
  return workflowShape.parse(parsed(text));
}

/** Parses an action. @throws Error as {@link parseWorkflow} */
export function parseAction(text: string): Action {
  return actionShape.parse(parsed(text));
}

function parsed(text: string): unknown {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw problem;
  return document.toJS();
}
