import { z } from "zod";
import { FLAG_KINDS, FLAG_TYPES } from "../../core/flag/flag.ts";
import type { JsonValue } from "../../core/json.ts";
import { attributeShape, conditionShape, dayShape, keyShape, shareShape, variantShape } from "./condition-shape.ts";
import { SHARE_PATTERN } from "./share.ts";

const json: z.ZodType<JsonValue> = z
  .lazy(() => z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]))
  .meta({ id: "Json" });
const serveNameShape = z.union([z.boolean(), variantShape]).meta({
  description: "The name of a variant; true or false for a boolean flag.",
  errorMessage: "the name of a variant (true or false for a boolean flag)",
});

const portionShape = z
  .strictObject({
    percentage: shareShape,
    by: attributeShape.meta({ description: "The attribute that identifies a subject. Default: userId." }).optional(),
  })
  .meta({ description: "A sticky share of the subjects that one attribute identifies." });

const ruleRolloutShape = z.union([shareShape, portionShape]).meta({
  description:
    "The share of matching subjects that the rule serves; all others continue with the next rule. Default: everyone who matches.",
  errorMessage: "a share such as 25%, or { percentage: 25%, by: attribute }",
});

const idShape = z.union([z.string().min(1), z.int()]);

const rolloutShape = z
  .union([
    z.enum(["all", "none"]),
    shareShape,
    portionShape,
    z.strictObject({
      roles: z.array(z.string().min(1)).min(1).meta({ description: "The attribute userRole is one of these." }),
    }),
    z.strictObject({
      whitelist: z.record(attributeShape, z.array(idShape).min(1)).meta({
        description: "Attribute → list of values. A subject in any of the lists is served.",
        errorMessage: "a mapping of attributes to lists",
      }),
    }),
  ])
  .meta({
    id: "Rollout",
    description:
      "The default rollout, for everyone whom no rule serves: all, none, 25%, { percentage, by }, { roles } or { whitelist }.",
    errorMessage: "all, none, a share such as 25%, { percentage, by }, { roles } or { whitelist }",
  });

const serveShape = z
  .union([
    serveNameShape,
    z.strictObject({
      split: z.record(variantShape, shareShape).meta({
        description: "Variant → share. The shares must add up to exactly 100%.",
        errorMessage: "a mapping of variants to shares",
      }),
    }),
  ])
  .meta({
    id: "Serve",
    description:
      "What is served: a variant, or { split: { control: 34%, blue: 66% } }. Default for a boolean flag: true.",
    errorMessage: "the name of a variant (true or false for a boolean flag) or { split: … }",
  });

const ruleShape = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(80)
      .meta({ description: "The name of the rule, as answers and reports show it. Unique within the flag." }),
    if: conditionShape,
    rollout: ruleRolloutShape.optional(),
    serve: serveShape.optional(),
  })
  .meta({ id: "Rule", description: "One rule: who, how much and what. The first rule that matches applies." });

const rulesShape = z
  .array(ruleShape)
  .meta({ description: "Rules, in order; the first match applies. The default rollout serves everyone else." });
const enabledShape = z.boolean().meta({
  description: "false: everyone gets the off variant, regardless of the rest of the file.",
  errorMessage: "true or false",
});

const overlayShape = z
  .strictObject({
    enabled: enabledShape.optional(),
    rules: rulesShape.optional(),
    rollout: rolloutShape.optional(),
    serve: serveShape.optional(),
  })
  .meta({ description: "What differs in this environment. Each key replaces the same key of the file as a whole." });

/** Below 100 %, because a bucket is inside a share when it is less than the share. */
const pinShape = z
  .string()
  .regex(new RegExp(SHARE_PATTERN.source.replace("100(?:\\.0{1,3})?|", "")))
  .meta({ errorMessage: "a percentage below 100%, such as 5%" });

const givenShape = z.record(
  attributeShape,
  z
    .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))])
    .meta({ errorMessage: "a value or a list of values" }),
);

const testShape = z
  .strictObject({
    name: z.string().min(1).meta({ description: "What the test shows." }).optional(),
    in: z.string().meta({ description: "The environment. Default: the file without overlays." }).optional(),
    given: givenShape.meta({
      description: "The context: attributes and their values.",
      errorMessage: "a mapping of attributes",
    }),
    at: z
      .union([
        pinShape,
        z.strictObject({
          gate: pinShape
            .meta({ description: "The bucket for the rollout, as a percentage: 5% is inside every share above 5%." })
            .optional(),
          split: pinShape.meta({ description: "The bucket for the split, as a percentage." }).optional(),
        }),
      ])
      .meta({
        description:
          "Pins the bucket, so that the context needs no subject. For a split, pin both buckets: { gate: 5%, split: 40% }.",
        errorMessage: "a percentage below 100%, such as 5%, or { gate: 5%, split: 40% }",
      })
      .optional(),
    expect: serveNameShape,
  })
  .meta({ description: "A context and the variant that it must get. Overrides do not affect tests." });

/** Describes a flag file: a file `<key>.yaml` anywhere below `flags/`. */
export const flagFileShape = z
  .strictObject({
    name: z.string().min(1).max(120).meta({ description: "The display name of the flag." }),
    description: z.string().min(1).meta({ description: "What the flag does, in one or two sentences." }),
    owner: z
      .string()
      .min(1)
      .meta({ description: "Who is responsible for the flag: an owner that flags/_config.yaml declares." }),
    kind: z.enum(FLAG_KINDS).meta({
      description:
        "release: until a feature is released. experiment: until a variant wins. ops: a permanent operational switch. permission: who may use a feature.",
    }),
    expires: dayShape
      .meta({
        description: "The date after which the flag should be removed. Required for the kinds release and experiment.",
      })
      .optional(),
    tags: z
      .array(z.string().min(1).max(64))
      .meta({ description: "Words that group flags, for `hoist list --tag` and FLAGS_KILL=tag:…." })
      .optional(),
    metadata: z.record(z.string(), json).meta({ description: "Any other data to keep with the flag." }).optional(),
    type: z.enum(FLAG_TYPES).meta({ description: "The type of the value. Default: boolean." }).optional(),
    variants: z
      .record(variantShape, json)
      .meta({
        description: "Variant name → value. Required unless the type is boolean.",
        errorMessage: "a mapping of variant names to values",
      })
      .optional(),
    offVariant: serveNameShape
      .meta({
        description:
          "The variant that is served when the flag is disabled or killed. Required unless the type is boolean.",
      })
      .optional(),
    fallback: serveNameShape
      .meta({
        description:
          "The code default: the variant that a program uses when it has no flag data at all. Default: the off variant.",
      })
      .optional(),
    client: z.boolean().meta({ description: "true: browsers may see the value of the flag." }).optional(),
    protected: z
      .boolean()
      .meta({
        description: "true: every change that reaches more people in a protected environment needs an acknowledgement.",
      })
      .optional(),
    salt: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[^:#]*$/)
      .meta({
        description:
          "Decides which subjects are in a share. Default: the key. `hoist rename` writes the old key here, so that every subject keeps its bucket.",
        errorMessage: "text without : and #, at most 64 characters",
      })
      .optional(),
    requires: z
      .record(
        keyShape,
        z
          .union([serveNameShape, z.array(serveNameShape).min(1)])
          .meta({ errorMessage: "the name of a variant (true or false for a boolean flag) or a list of variants" }),
      )
      .meta({
        description:
          "Other flags that must serve one of these variants to the same context; otherwise this flag is off.",
      })
      .optional(),
    enabled: enabledShape,
    rules: rulesShape.optional(),
    rollout: rolloutShape,
    serve: serveShape.optional(),
    environments: z
      .record(z.string(), overlayShape)
      .meta({ description: "Environment → what differs there.", errorMessage: "a mapping of environments" })
      .optional(),
    acknowledge: z
      .object({ reason: z.string().min(1).meta({ description: "Why the change is intended." }) })
      .catchall(
        z
          .string()
          .regex(/^[0-9a-f]{8,64}$/)
          .meta({ errorMessage: "the id that `hoist plan` printed, in quotes" }),
      )
      .meta({ description: "Environment → id of a dangerous change that is intended, as `hoist plan` prints it." })
      .optional(),
    tests: z
      .array(testShape)
      .meta({ description: "Inline tests. `hoist test`, CI and every sync run them." })
      .optional(),
  })
  .meta({ title: "Feature flag", description: "One feature flag. The file name is its key." });

export type FlagFile = z.infer<typeof flagFileShape>;
export type RuleFile = z.infer<typeof ruleShape>;
export type RolloutFile = z.infer<typeof rolloutShape>;
export type RuleRolloutFile = z.infer<typeof ruleRolloutShape>;
export type ServeFile = z.infer<typeof serveShape>;
export type OverlayFile = z.infer<typeof overlayShape>;
export type TestFile = z.infer<typeof testShape>;
