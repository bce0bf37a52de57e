/** A refusal, which handlers throw. Texts and fields are GitHub's own. */
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

/** Returns a 404, which also conceals what an account may not see. */
export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** Returns a 422 with the invalid fields. */
export function invalid(...errors: readonly Readonly<Record<string, unknown>>[]): Refusal {
  return new Refusal(422, "Validation Failed", { errors });
}

/** Returns a 422 with only a message. */
export function unprocessable(message: string): Refusal {
  return new Refusal(422, message);
}
