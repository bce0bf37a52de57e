const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * The moment that an ISO 8601 text names, in milliseconds since 1970: a day (`2027-03-01`, midnight UTC) or a date and
 * time with `Z` or an offset. Undefined for everything else, e.g. a time without an offset or the 30th of February.
 */
export function momentOf(text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  // Date.parse takes the 31st of June for the 1st of July.
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : moment;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
