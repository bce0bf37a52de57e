/** An answer that says no; handlers throw it. Texts and fields are GitHub's own. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: { readonly errors?: readonly unknown[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.body = {
      message,
      ...(more.errors ? { errors: more.errors } : {}),
      documentation_url: "https://docs.github.com/rest",
      status: String(status),
    };
    this.headers = more.headers ?? {};
  }
}

/** Also what one may not see. */
export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** 422, with what is wrong in which field of what. */
export function invalid(...errors: readonly Readonly<Record<string, unknown>>[]): Refusal {
  return new Refusal(422, "Validation Failed", { errors });
}

/** 422, with a sentence alone. */
export function unprocessable(message: string): Refusal {
  return new Refusal(422, message);
}
