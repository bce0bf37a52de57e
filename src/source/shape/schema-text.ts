import { z } from "zod";
import { configFileShape } from "./config-file.ts";
import { flagFileShape } from "./flag-file.ts";
import { segmentFileShape } from "./segment-file.ts";

/** Generates the JSON Schemas, by file name. Editors read them, and files are checked against them at run time. */
export function schemaTexts(): ReadonlyMap<string, string> {
  const shapes = { flag: flagFileShape, segment: segmentFileShape, config: configFileShape };
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const { $schema, ...schema } = z.toJSONSchema(shape, { target: "draft-2020-12", io: "input" });
      // A URN, because nothing can be fetched from it.
      const whole = { $schema, $id: `urn:flaghoist:${name}`, ...schema };
      return [`${name}.schema.json`, `${JSON.stringify(whole, null, 2)}\n`];
    }),
  );
}
