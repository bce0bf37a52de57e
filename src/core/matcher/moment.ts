const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const MOMENT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/**
 * Returns the moment that a text names: a day (`2027-03-01`, midnight UTC) or a date and time with its offset
 * (`2027-03-01T08:00+01:00`, `2027-03-01T07:00:00.5Z`). A time without an offset is not accepted, because it would mean
 * a different moment on every machine.
 *
 * @returns milliseconds since 1970, fractions included; undefined for any other text, including 30 February
 */
export function momentOf(text: string): number | undefined {
  if (text.length > LONGEST) return undefined;
  const known = moments.get(text);
  if (known !== undefined || moments.has(text)) return known;
  const moment = parsedMoment(text);
  if (moments.size >= REMEMBERED) moments.clear();
  moments.set(text, moment);
  return moment;
}

/** The moments that were parsed last: one evaluation may compare a moment with thousands of others. */
const moments = new Map<string, number | undefined>();
const REMEMBERED = 64;
/** The maximum length of a moment: nine decimals of a second, and an offset. */
const LONGEST = 35;

function parsedMoment(text: string): number | undefined {
  const parts = MOMENT.exec(text);
  if (!parts) return midnightOf(text);
  const [, day = "", hour, minute, second = "0", fraction = "0", sign, offsetHour = "0", offsetMinute = "0"] = parts;
  const midnight = midnightOf(day);
  const minutes = Number(hour) * 60 + Number(minute);
  const offset = Number(offsetHour) * 60 + Number(offsetMinute);
  if (midnight === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const local = midnight + minutes * 60_000 + Number(second) * 1000 + Number(`0.${fraction}`) * 1000;
  return local - (sign === "-" ? -offset : offset) * 60_000;
}

function midnightOf(text: string): number | undefined {
  const parts = DAY.exec(text);
  if (!parts) return undefined;
  const [, year, month, day] = parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // A day that does not exist (30 February) rolls over into the next month.
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) ? date.getTime() : undefined;
}
