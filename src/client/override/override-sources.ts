import type { OverrideOrigin, OverrideText } from "../../core/override/override.ts";
import type { Clock } from "../clock.ts";
import type { Settings } from "../options.ts";
import { type OverrideSource, watchOverrideFile } from "./override-file.ts";

/** Returns where each origin of overrides beside the environment is read from. */
export function overridePlaces({ overrideFile }: Pick<Settings, "overrideFile">): {
  readonly [Origin in OverrideOrigin]?: string;
} {
  return overrideFile === undefined ? {} : { file: overrideFile };
}

/**
 * Watches every source of overrides beside the environment. A new kind of source needs an origin in core/override, a
 * setting, and a line here.
 *
 * @param onChanged  called with the present text of all sources whenever one has changed
 */
export function watchOverrideSources(
  { overrideFile, logger }: Pick<Settings, "overrideFile" | "logger">,
  clock: Clock,
  onChanged: (texts: readonly OverrideText[]) => void,
): readonly OverrideSource[] {
  const texts = new Map<OverrideOrigin, OverrideText>();
  const changed = (origin: OverrideText["origin"], path: string) => (text: string | undefined) => {
    if (text === undefined) texts.delete(origin);
    else texts.set(origin, { origin, path, text });
    onChanged([...texts.values()]);
  };
  return overrideFile === undefined
    ? []
    : [watchOverrideFile(overrideFile, clock, logger, changed("file", overrideFile))];
}
