/** A small tree of flags for a new repository. */
export const FLAGS = {
  "flags/_config.yaml": `environments: { development: { workTree: true }, staging: {}, production: { protected: true } }
attributes: { userId: { type: string } }
owners: { team-shop: "@acme/shop" }
policies: { maxStep: 25% }
`,
  "flags/new_checkout.yaml": flagText("10%"),
};

/** Returns the text of its flag with a share. */
export function flagText(share: string): string {
  return `name: New checkout
description: The checkout on one page.
owner: team-shop
kind: ops
enabled: true
rollout: ${share}
`;
}
