import { z } from "zod";
import { attributeShape, keyShape, shareShape } from "./condition-shape.ts";
import { POLICIES, type PolicyName } from "./policies.ts";

export const ATTRIBUTE_TYPES = ["string", "number", "boolean", "version", "date"] as const;

const attributeDeclarationShape = z
  .strictObject({
    type: z
      .enum(ATTRIBUTE_TYPES)
      .meta({ description: "The type of its values. It decides which operators a condition may use." }),
    description: z.string().min(1).meta({ description: "What the attribute means." }).optional(),
    values: z
      .array(z.union([z.string(), z.number()]))
      .min(1)
      .meta({ description: "All possible values. Any other value in a condition is an error." })
      .optional(),
    weights: z
      .array(z.number().positive().meta({ errorMessage: "a number above 0" }))
      .min(1)
      .meta({
        description:
          "How common each value is, one weight per value. Used to report who gets a different answer and to measure a jump, never in an evaluation.",
      })
      .optional(),
    missing: shareShape
      .meta({
        description:
          "The share of people who lack the attribute, such as 10%; 0% if omitted. Used to report who gets a different answer and to measure a jump, never in an evaluation.",
      })
      .optional(),
    from: z.enum(["server"]).meta({ description: "server: a browser cannot set this attribute." }).optional(),
  })
  .meta({ description: "One attribute of the context." });

const environmentShape = z
  .strictObject({
    workTree: z
      .boolean()
      .meta({ description: "true: files that are not committed may be synced to this environment." })
      .optional(),
    protected: z.boolean().meta({ description: "true: dangerous changes need an acknowledgement." }).optional(),
  })
  .meta({ description: "One environment. Each has its own database." });

const POLICY_SHAPES = { share: shareShape, count: z.int().min(1), boolean: z.boolean() } as const;

const policiesShape = z
  .strictObject(
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries loses the names
    Object.fromEntries(
      Object.entries(POLICIES).map(([name, { kind, description }]) => [
        name,
        POLICY_SHAPES[kind].meta({ description }).optional(),
      ]),
    ) as { [Name in PolicyName]: z.ZodOptional<(typeof POLICY_SHAPES)[(typeof POLICIES)[Name]["kind"]]> },
  )
  .meta({ description: "Limits on the changes of a pull request." });

/** Describes `flags/_config.yaml`. */
export const configFileShape = z
  .strictObject({
    environments: z
      .record(keyShape, environmentShape)
      .meta({ description: "The environments, in order of promotion.", errorMessage: "a mapping of environments" }),
    attributes: z
      .record(attributeShape, attributeDeclarationShape)
      .meta({
        description: "The attributes of the context that conditions may use.",
        errorMessage: "a mapping of attributes",
      })
      .optional(),
    owners: z
      .record(z.string().min(1), z.string().min(1))
      .meta({
        description: 'Owner → team or user on GitHub, in quotes: "@acme/workshops".',
        errorMessage: "a mapping of owners",
      })
      .optional(),
    policies: policiesShape.optional(),
  })
  .meta({
    title: "Flaghoist configuration",
    description: "What flag files may refer to, and limits on their changes.",
  });

export type ConfigFile = z.infer<typeof configFileShape>;
export type AttributeDeclaration = z.infer<typeof attributeDeclarationShape>;
