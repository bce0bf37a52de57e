import { z } from "zod";
import { FLAG_KINDS, FLAG_TYPES } from "../../core/flag/flag.ts";
import type { JsonValue } from "../../core/json.ts";
import { attributeShape, conditionShape, dayShape, keyShape, shareShape, variantShape } from "./condition-shape.ts";
import { SHARE_PATTERN } from "./share.ts";

const json: z.ZodType<JsonValue> = z
  .lazy(() => z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]))
  .meta({ id: "Json" });
const serveNameShape = z.union([z.boolean(), variantShape]).meta({
  description: "A variant by its name; true or false on a boolean flag.",
  errorMessage: "a variant's name (true or false on a boolean flag)",
});

const portionShape = z
  .strictObject({
    percentage: shareShape,
    by: attributeShape
      .meta({ description: "The attribute that tells subjects apart; userId unless written." })
      .optional(),
  })
  .meta({ description: "A sticky share of the subjects of one attribute." });

const ruleRolloutShape = z.union([shareShape, portionShape]).meta({
  description: "How many of those who match; the others go on to the next rule. Everybody unless written.",
  errorMessage: "a share such as 25%, or { percentage: 25%, by: attribute }",
});

const idShape = z.union([z.string().min(1), z.int()]);

const rolloutShape = z
  .union([
    z.enum(["all", "none"]),
    shareShape,
    portionShape,
    z.strictObject({ roles: z.array(z.string().min(1)).min(1).meta({ description: "userRole is one of these." }) }),
    z.strictObject({
      whitelist: z.record(attributeShape, z.array(idShape).min(1)).meta({
        description: "Attribute → list of ids; any of the lists matches.",
        errorMessage: "a mapping of attributes to lists",
      }),
    }),
  ])
  .meta({
    id: "Rollout",
    description:
      "The last line, everybody whom no rule took: all, none, 25%, { percentage, by }, { roles } or { whitelist }.",
    errorMessage: "all, none, a share such as 25%, { percentage, by }, { roles } or { whitelist }",
  });

const serveShape = z
  .union([
    serveNameShape,
    z.strictObject({
      split: z.record(variantShape, shareShape).meta({
        description: "Variant → share; together exactly 100%.",
        errorMessage: "a mapping of variants to shares",
      }),
    }),
  ])
  .meta({
    id: "Serve",
    description:
      "What they get: a variant, or { split: { control: 34%, blue: 66% } }. true when left out on a boolean flag.",
    errorMessage: "a variant's name (true or false on a boolean flag) or { split: … }",
  });

const ruleShape = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(80)
      .meta({ description: "What people call the rule, in status and in answers. Once in a flag." }),
    if: conditionShape,
    rollout: ruleRolloutShape.optional(),
    serve: serveShape.optional(),
  })
  .meta({ id: "Rule", description: "Who + how much + what. The first rule that matches answers." });

const rulesShape = z
  .array(ruleShape)
  .meta({ description: "Who gets something special, in this order. Everybody else falls to the last line." });
const enabledShape = z.boolean().meta({
  description: "false: everybody gets the off variant, whatever stands below.",
  errorMessage: "true or false",
});

const overlayShape = z
  .strictObject({
    enabled: enabledShape.optional(),
    rules: rulesShape.optional(),
    rollout: rolloutShape.optional(),
    serve: serveShape.optional(),
  })
  .meta({ description: "What is different in this environment. Each key replaces the file's key as a whole." });

/** Below 100 %: a bucket is inside a share when it is smaller. */
const pinShape = z
  .string()
  .regex(new RegExp(SHARE_PATTERN.source.replace("100(?:\\.0{1,3})?|", "")))
  .meta({ errorMessage: "a place such as 5%, below 100%" });

const givenShape = z.record(
  attributeShape,
  z
    .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))])
    .meta({ errorMessage: "a value or a list of values" }),
);

const testShape = z
  .strictObject({
    name: z.string().min(1).meta({ description: "What the test shows." }).optional(),
    in: z.string().meta({ description: "The environment; without it the file as it stands, no overlay." }).optional(),
    given: givenShape.meta({
      description: "The context: attributes and their values.",
      errorMessage: "a mapping of attributes",
    }),
    at: z
      .union([
        pinShape,
        z.strictObject({
          gate: pinShape.meta({ description: "The place in the order that shares are cut from." }).optional(),
          split: pinShape.meta({ description: "The place in the order that the split is cut from." }).optional(),
        }),
      ])
      .meta({
        description: "Pins the bucket, so that no subject is needed. A split pins both: { gate: 5%, split: 40% }.",
        errorMessage: "a place such as 5%, or { gate: 5%, split: 40% }",
      })
      .optional(),
    expect: serveNameShape,
  })
  .meta({ description: "A context and the answer that it gets. Overrides play no part." });

/** One flag as its author writes it: a file below `flags/`, named for its key. */
export const flagFileShape = z
  .strictObject({
    name: z.string().min(1).max(120).meta({ description: "What people call the flag." }),
    description: z
      .string()
      .min(1)
      .meta({ description: "What is different while the flag is on, in a sentence or two." }),
    owner: z
      .string()
      .min(1)
      .meta({ description: "Who answers for the flag: an owner that flags/_config.yaml declares." }),
    kind: z.enum(FLAG_KINDS).meta({
      description:
        "release: until it is out. experiment: until it is decided. ops: a switch that stays. permission: who may.",
    }),
    expires: dayShape
      .meta({ description: "The day after which the flag should be gone. Written for release and experiment." })
      .optional(),
    tags: z
      .array(z.string().min(1).max(64))
      .meta({ description: "Words to find and to kill flags by (FLAGS_KILL=tag:…)." })
      .optional(),
    metadata: z.record(z.string(), json).meta({ description: "Anything else worth keeping with the flag." }).optional(),
    type: z.enum(FLAG_TYPES).meta({ description: "boolean unless written." }).optional(),
    variants: z
      .record(variantShape, json)
      .meta({ description: "Name → value, for every type but boolean.", errorMessage: "a mapping of names to values" })
      .optional(),
    offVariant: serveNameShape
      .meta({ description: "Served when disabled or killed. Written when the type is not boolean." })
      .optional(),
    fallback: serveNameShape
      .meta({
        description:
          "The code default, a variant: served when no data can be had at all. The off variant unless written.",
      })
      .optional(),
    client: z.boolean().meta({ description: "true: browsers may see the flag's value." }).optional(),
    protected: z
      .boolean()
      .meta({ description: "true: every widening in a protected environment needs an acknowledgement." })
      .optional(),
    salt: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[^:#]*$/)
      .meta({
        description: "Decides who is in a share; the key unless written. Written by a rename, so that nobody moves.",
        errorMessage: "text without : and #, at most 64 characters",
      })
      .optional(),
    requires: z
      .record(
        keyShape,
        z
          .union([serveNameShape, z.array(serveNameShape).min(1)])
          .meta({ errorMessage: "a variant (true or false on a boolean flag), or a list of variants" }),
      )
      .meta({
        description: "Other flags that must serve one of these variants to the same context, or this one is off.",
      })
      .optional(),
    enabled: enabledShape,
    rules: rulesShape.optional(),
    rollout: rolloutShape,
    serve: serveShape.optional(),
    environments: z
      .record(z.string(), overlayShape)
      .meta({ description: "Environment → what is different there.", errorMessage: "a mapping of environments" })
      .optional(),
    acknowledge: z
      .object({ reason: z.string().min(1).meta({ description: "Why the change is meant." }) })
      .catchall(
        z
          .string()
          .regex(/^[0-9a-f]{8,64}$/)
          .meta({ errorMessage: "the quoted id that `hoist plan` printed" }),
      )
      .meta({ description: "Environment → id of a dangerous change that is meant, as `hoist plan` prints it." })
      .optional(),
    tests: z.array(testShape).meta({ description: "Run by `hoist test`, in CI and before every sync." }).optional(),
  })
  .meta({ title: "Feature flag", description: "One feature flag. The file's name is its key." });

export type FlagFile = z.infer<typeof flagFileShape>;
export type RuleFile = z.infer<typeof ruleShape>;
export type RolloutFile = z.infer<typeof rolloutShape>;
export type RuleRolloutFile = z.infer<typeof ruleRolloutShape>;
export type ServeFile = z.infer<typeof serveShape>;
export type OverlayFile = z.infer<typeof overlayShape>;
export type TestFile = z.infer<typeof testShape>;
