const PER_PAGE = 30;
const MOST_PER_PAGE = 100;

/** Returns one page of a list, and the `link` header with the other pages if there are several. */
export function pageOf(
  entries: readonly unknown[],
  url: URL,
): { readonly page: readonly unknown[]; readonly link: string | undefined } {
  const size = Math.min(MOST_PER_PAGE, positive(url.searchParams.get("per_page")) ?? PER_PAGE);
  const number = positive(url.searchParams.get("page")) ?? 1;
  const last = Math.max(1, Math.ceil(entries.length / size));
  const to = (page: number, rel: string): string => {
    const other = new URL(url);
    other.searchParams.set("page", String(page));
    return `<${other.href}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [to(Math.min(number - 1, last), "prev")] : []),
    ...(number < last ? [to(number + 1, "next"), to(last, "last")] : []),
    ...(number > 1 ? [to(1, "first")] : []),
  ];
  return {
    page: entries.slice((number - 1) * size, number * size),
    link: links.length === 0 ? undefined : links.join(", "),
  };
}

/** Returns a positive number; undefined otherwise, for which GitHub uses its default. */
function positive(text: string | null): number | undefined {
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
