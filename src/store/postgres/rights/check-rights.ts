import { own } from "../../../core/own.ts";
import { type Deviation, deviation } from "../../check.ts";
import type { Catalog, GrantRow } from "./catalog.ts";
import { ROLES, roleName, TABLE_RIGHTS } from "./rights.ts";

/** Returns how roles, memberships, ownership and grants differ from what `hoist db roles` creates. */
export function checkRights(catalog: Catalog, environment: string): readonly Deviation[] {
  return [
    ...checkRoles(catalog, environment),
    ...checkOwners(catalog, roleName(environment, "owner")),
    ...extraGrants(catalog, environment),
    ...missingGrants(catalog, environment),
  ];
}

function checkRoles({ roles, memberships }: Catalog, environment: string): readonly Deviation[] {
  const found = new Map(roles.map((role) => [role.name, role]));
  const wrong = ROLES.map((role) => roleName(environment, role)).flatMap((name) => {
    const role = found.get(name);
    if (role === undefined)
      return [deviation("role", name, "missing", "a role without login", `CREATE ROLE ${name} NOLOGIN`)];
    if (role.attributes.length === 0) return [];
    const correction = `ALTER ROLE ${name} ${role.attributes.map((attribute) => `NO${attribute}`).join(" ")}`;
    return [deviation("role", name, role.attributes.join(", "), "none of these attributes", correction)];
  });
  const joined = memberships.map(({ member, role }) =>
    deviation("membership", member, `a member of ${role}`, "a member of no role", `REVOKE ${role} FROM ${member}`),
  );
  return [...wrong, ...joined];
}

function checkOwners({ schema, relations, functions }: Catalog, owner: string): readonly Deviation[] {
  const wrongOwner = (what: string, object: string, found: string): readonly Deviation[] =>
    found === owner
      ? []
      : [
          deviation(
            "owner",
            object,
            `owned by ${found}`,
            `owned by ${owner}`,
            `ALTER ${what} ${object} OWNER TO ${owner}`,
          ),
        ];
  return [
    ...relations.flatMap((relation) =>
      wrongOwner(relation.name === "client_flags" ? "VIEW" : "TABLE", `${schema}.${relation.name}`, relation.owner),
    ),
    ...functions.flatMap((each) => wrongOwner("FUNCTION", each.signature, each.owner)),
  ];
}

/** One right, e.g. `UPDATE (enabled)` on a table. */
interface Right {
  readonly on: GrantRow["on"];
  readonly object: string;
  readonly grantee: string;
  readonly right: string;
}

function textOf({ on, object, grantee, right }: Right): string {
  return `${on} ${object} ${grantee} ${right}`;
}

function expectedRights({ schema, database }: Catalog, environment: string): readonly Right[] {
  const groups = ROLES.map((role) => roleName(environment, role));
  return [
    ...Object.entries(TABLE_RIGHTS).flatMap(([table, rights]) =>
      ROLES.flatMap((role) =>
        (role === "owner" ? [] : (rights[role] ?? [])).flatMap((granted) =>
          eachColumn(granted).map((right) => ({
            on: "table" as const,
            object: table,
            grantee: roleName(environment, role),
            right,
          })),
        ),
      ),
    ),
    ...groups.map((grantee) => ({ on: "schema" as const, object: schema, grantee, right: "USAGE" })),
    { on: "schema", object: schema, grantee: roleName(environment, "owner"), right: "CREATE" },
    ...groups.map((grantee) => ({ on: "database" as const, object: database, grantee, right: "CONNECT" })),
  ];
}

/** Splits `UPDATE (a, b)` into `UPDATE (a)` and `UPDATE (b)`. */
function eachColumn(right: string): readonly string[] {
  const [, privilege, columns] = /^(\w+) \((.*)\)$/.exec(right) ?? [];
  return columns === undefined ? [right] : columns.split(", ").map((column) => `${privilege} (${column})`);
}

function rightOf({ on, object, grantee, column, privilege }: GrantRow): Right {
  return { on, object, grantee, right: column === null ? privilege : `${privilege} (${column})` };
}

/** Names the object of a right in a GRANT statement. */
function placeOf({ schema }: Catalog, { on, object }: Pick<Right, "on" | "object">): string {
  if (on === "table") return `${schema}.${object}`;
  return `${on.toUpperCase()} ${object}`;
}

function extraGrants(catalog: Catalog, environment: string): readonly Deviation[] {
  const expected = new Set(expectedRights(catalog, environment).map(textOf));
  const ours = new Set(ROLES.map((role) => roleName(environment, role)));
  return catalog.grants.flatMap((grant) => {
    const right = rightOf(grant);
    const place = placeOf(catalog, right);
    if (expected.has(textOf(right))) {
      if (!grant.isGrantable) return [];
      const correction = `REVOKE GRANT OPTION FOR ${right.right} ON ${place} FROM ${grant.grantee}`;
      return [
        deviation("grant", place, `${grant.grantee} may grant ${right.right} to others`, "no grant option", correction),
      ];
    }
    if (!isOurs(grant, ours)) return [];
    const correction = `REVOKE ${right.right} ON ${place} FROM ${grant.grantee}${columnsAgain(grant, place, environment)}`;
    return [deviation("grant", place, `${grant.grantee} has ${right.right}`, "no such right", correction)];
  });
}

/** Returns the statement that grants the rights on columns again, which revoking a right on the whole table also removes. */
function columnsAgain({ object, column, grantee, privilege }: GrantRow, place: string, environment: string): string {
  const role = ROLES.find((each) => roleName(environment, each) === grantee);
  const granted = role === undefined || role === "owner" ? [] : (own(TABLE_RIGHTS, object)?.[role] ?? []);
  const columns = column === null ? granted.find((right) => right.startsWith(`${privilege} (`)) : undefined;
  return columns === undefined ? "" : `; GRANT ${columns} ON ${place} TO ${grantee}`;
}

/** Whether a right that is not expected breaks anything. The schema and the database may also serve other programs. */
function isOurs({ on, grantee, privilege }: GrantRow, ours: ReadonlySet<string>): boolean {
  if (on === "schema") return privilege === "CREATE" || ours.has(grantee);
  if (on === "database") return ours.has(grantee) || (grantee === "PUBLIC" && privilege === "CONNECT");
  return true;
}

function missingGrants(catalog: Catalog, environment: string): readonly Deviation[] {
  const found = new Set(catalog.grants.map((grant) => textOf(rightOf(grant))));
  const owners = new Map(catalog.relations.map(({ name, owner }) => [name, owner]));
  return expectedRights(catalog, environment)
    .filter((right) => !found.has(textOf(right)))
    .filter(({ on, object, grantee }) => on !== "table" || (owners.has(object) && owners.get(object) !== grantee))
    .filter((right) => !hasWhole(found, right))
    .map((right) => {
      const place = placeOf(catalog, right);
      const correction = `GRANT ${right.right} ON ${place} TO ${right.grantee}`;
      return deviation("grant", place, `${right.grantee} lacks ${right.right}`, `GRANT ${right.right}`, correction);
    });
}

/** Whether a right on a column is contained in the same right on the whole table, which is reported as one too many. */
function hasWhole(found: ReadonlySet<string>, right: Right): boolean {
  const privilege = right.right.split(" ")[0] ?? "";
  return right.right.includes("(") && found.has(textOf({ ...right, right: privilege }));
}
