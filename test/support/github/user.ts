import { simpleUser } from "./accounts.ts";
import { ok, signedIn, type Handlers } from "./call.ts";
import { Refusal } from "./refusal.ts";

export const userHandlers: Handlers = {
  "users/get-authenticated": (call) => {
    if (call.account === null) throw new Refusal(401, "Requires authentication");
    const account = signedIn(call);
    if (account.app !== null) throw new Refusal(403, "Resource not accessible by integration");
    return ok({
      ...simpleUser(account, call.api),
      name: account.login,
      company: null,
      blog: "",
      location: null,
      email: null,
      hireable: null,
      bio: null,
      public_repos: 0,
      public_gists: 0,
      followers: 0,
      following: 0,
      created_at: call.world.createdAt,
      updated_at: call.world.createdAt,
    });
  },
};
