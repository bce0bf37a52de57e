import type { OverrideText } from "../../core/override/override.ts";
import { settingLines, switchWord } from "../../core/override/override-text.ts";

/** What a source of override lines says at one moment. */
export type SaidText = Pick<OverrideText, "text" | "earlier" | "isCut">;

/** The maximum number of earlier lines that are remembered while a source changes with every read. */
const MAX_EARLIER = 10_000;

/**
 * Creates the state of a source whose text may be half written when it is read. A new line applies at once. A line that is no
 * longer in the text, and above all a kill, ends only when two reads in a row return the same settings. Comments do not matter.
 */
export function settledText() {
  let said: SaidText = { text: "" };
  let last: string | undefined;
  return {
    /** Records a read and returns what the source says now. */
    read: (text: string, isCut: boolean): SaidText => {
      const settings = linesOf({ text }).join("\n");
      const isSecond = settings === last && !isCut;
      last = isCut ? undefined : settings;
      const now: SaidText = isCut ? { text, isCut } : { text };
      const earlier = isSecond ? "" : earlierLines(said, now);
      said = earlier === "" ? now : { ...now, earlier };
      return said;
    },
    /** Records that a read failed: the next two reads must agree. */
    failed: (): void => {
      last = undefined;
    },
  };
}

function earlierLines(said: SaidText, now: SaidText): string {
  const present = new Set(linesOf(now));
  const lines = [...new Set([...linesOf({ text: said.earlier ?? "" }), ...linesOf(said)])];
  return lines
    .filter((line) => !present.has(line))
    .slice(-MAX_EARLIER)
    .join("\n");
}

/** Returns the settings of a text, one per line. Of a text that is cut, only what certainly disables flags is remembered. */
function linesOf({ text, isCut = false }: SaidText): readonly string[] {
  return settingLines(text).settings.flatMap(({ variable, value }) => {
    const isKept = !isCut || variable.startsWith("FLAGS_KILL") || switchWord(value) === "off";
    return isKept ? [`${variable}=${value}`] : [];
  });
}
