import { BOOLEAN_VARIANTS, type Flag } from "../../src/core/flag.ts";

/** A boolean flag that is on for whoever its rollout takes, and has nothing else. */
export function plainFlag(wanted: Pick<Flag, "key" | "rollout"> & Partial<Flag>): Flag {
  return {
    name: wanted.key,
    description: "",
    owner: null,
    kind: null,
    expires: null,
    tags: [],
    metadata: {},
    type: "boolean",
    variants: BOOLEAN_VARIANTS,
    offVariant: "off",
    fallback: "off",
    enabled: true,
    rules: [],
    serve: { variant: "on" },
    requires: [],
    salt: wanted.key,
    client: false,
    protected: false,
    ...wanted,
  };
}
