/** A small tree of flags, as a repository begins with. */
export const FLAGS = {
  "flags/_config.yaml": `environments: { development: { workTree: true }, staging: {}, production: { protected: true } }
attributes: { userId: { type: string } }
owners: { team-shop: "@acme/shop" }
policies: { maxStep: 25% }
`,
  "flags/new_checkout.yaml": flagText("10%"),
};

/** The one flag of it, at a share. */
export function flagText(share: string): string {
  return `name: New checkout
description: The checkout on one page.
owner: team-shop
kind: ops
enabled: true
rollout: ${share}
`;
}
