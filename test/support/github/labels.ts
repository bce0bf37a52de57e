import { created, listed, ok, nodeId, repoUrl, type Call, type Handlers } from "./call.ts";
import { invalid, notFound } from "./refusal.ts";
import type { Label, World } from "./world.ts";

/** Returns the label with a name; creates it if necessary. @throws Refusal for a name that GitHub does not take */
export function labelNamed(world: World, name: string): Label {
  return world.labels.get(name.toLowerCase()) ?? newLabel(world, name, "ededed", null);
}

function newLabel(world: World, name: string, color: string, description: string | null): Label {
  if (name.trim() === "" || name.length > 50) {
    throw invalid({ resource: "Label", code: "invalid", field: "name", value: name });
  }
  const label = { id: world.nextId(), name, color, description };
  world.labels.set(name.toLowerCase(), label);
  return label;
}

export function labelJson(call: Call, label: Label): Readonly<Record<string, unknown>> {
  return {
    id: label.id,
    node_id: nodeId("Label", label.id),
    url: `${repoUrl(call)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

export const labelHandlers: Handlers = {
  "issues/list-labels-for-repo": (call) =>
    listed([...call.world.labels.values()].map((label) => labelJson(call, label))),
  "issues/get-label": (call) => {
    const label = call.world.labels.get(String(call.path["name"]).toLowerCase());
    if (label === undefined) throw notFound();
    return ok(labelJson(call, label));
  },
  "issues/create-label": (call) => {
    const { name, color = "ededed", description = null } = call.body;
    if (call.world.labels.has(String(name).toLowerCase())) {
      throw invalid({ resource: "Label", code: "already_exists", field: "name" });
    }
    if (!/^[0-9a-fA-F]{6}$/.test(String(color))) throw invalid({ resource: "Label", code: "invalid", field: "color" });
    return created(labelJson(call, newLabel(call.world, String(name), String(color), description as string | null)));
  },
};
