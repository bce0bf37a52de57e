import { join } from "node:path";
import type { Node, SourceFile } from "typescript/unstable/ast";
import {
  isBinaryExpression,
  isCallExpression,
  isComputedPropertyName,
  isDeleteExpression,
  isElementAccessExpression,
  isIdentifier,
  isPropertyAccessExpression,
  isSpreadElement,
} from "typescript/unstable/ast/is";
import { SyntaxKind } from "typescript/unstable/ast";
import { API, type Checker, type Type, TypeFlags } from "typescript/unstable/sync";

/** The place where a name is looked up, and the expression of the name, or of an object whose names are assigned. */
interface Lookup {
  readonly file: SourceFile;
  readonly node: Node;
  readonly name?: Node | undefined;
  readonly assigned?: Node | undefined;
}

/**
 * Returns every place where a name that is not known in advance is looked up or assigned on an object: `object[name]`,
 * `name in object`, `{ [name]: x } = object`, `Reflect.get(object, name)`, `object.hasOwnProperty(name)` and
 * `Object.assign(object, record)`. A name from data may be the name of a property that every object inherits, such as
 * `constructor`. Numbers, symbols and unions of literals are allowed. The types of the compiler decide.
 *
 * @param configFile  the tsconfig.json of the project
 * @param folder      reports only files in this folder, by their paths relative to it
 */
export function nameLookups(configFile: string, folder: string): readonly string[] {
  const api = new API({ cwd: folder });
  try {
    const snapshot = api.updateSnapshot({ openProjects: [configFile] });
    const project = snapshot.getProject(configFile);
    if (project === undefined) throw new Error(`${configFile} is not a project`);
    const { program, checker } = project;
    const names = program.getSourceFileNames().filter((name) => name.startsWith(join(folder, "/")));
    const lookups = names.flatMap((name) => {
      const file = program.getSourceFile(name);
      return file === undefined ? [] : lookupsIn(file);
    });
    return lookups
      .filter(({ name, assigned }) =>
        name === undefined
          ? assigned !== undefined && hasAnyNames(checker.getTypeAtLocation(assigned), checker)
          : !isRestricted(checker.getTypeAtLocation(name), checker),
      )
      .map(({ file, node }) => {
        const line = file.text.slice(0, node.getStart(file)).split("\n").length;
        return `${file.fileName.slice(folder.length + 1)}:${line} ${node.getText(file)}`;
      });
  } finally {
    api.close();
  }
}

function lookupsIn(file: SourceFile): readonly Lookup[] {
  const found: Lookup[] = [];
  const visit = (node: Node): void => {
    const name = nameIn(node);
    if (name !== undefined) found.push({ file, node, name });
    for (const assigned of assignedIn(node)) found.push({ file, node, assigned });
    node.forEachChild(visit);
  };
  file.forEachChild(visit);
  return found;
}

/** Returns the expression of the name that a node looks up. */
function nameIn(node: Node): Node | undefined {
  // Removing a property affects only the object's own.
  if (isElementAccessExpression(node)) return isDeleteExpression(node.parent) ? undefined : node.argumentExpression;
  if (isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.InKeyword) return node.left;
  if (isComputedPropertyName(node) && node.parent.kind === SyntaxKind.BindingElement) return node.expression;
  if (!isCallExpression(node) || !isPropertyAccessExpression(node.expression)) return undefined;
  const { expression: object, name } = node.expression;
  if (name.text === "hasOwnProperty") return node.arguments[0];
  const isReflection = isIdentifier(object) && object.text === "Reflect" && ["get", "has", "set"].includes(name.text);
  return isReflection ? node.arguments[1] : undefined;
}

/** Returns the objects whose properties `Object.assign` assigns: an own property `__proto__` would change the prototype. */
function assignedIn(node: Node): readonly Node[] {
  if (!isCallExpression(node) || !isPropertyAccessExpression(node.expression)) return [];
  const { expression: object, name } = node.expression;
  const isAssign = isIdentifier(object) && object.text === "Object" && name.text === "assign";
  return isAssign ? node.arguments.slice(1).map((each) => (isSpreadElement(each) ? each.expression : each)) : [];
}

/** Returns whether an object, or each object of a list, can have properties of any name. */
function hasAnyNames(type: Type | undefined, checker: Checker): boolean {
  if (type === undefined) return true;
  return checker.isArrayLikeType(type) || checker.getIndexInfosOfType(type).length > 0 || (type.flags & OPEN) !== 0;
}

const OPEN = TypeFlags.Any | TypeFlags.Unknown;
const ALLOWED =
  TypeFlags.NumberLike | TypeFlags.StringLiteral | TypeFlags.ESSymbolLike | TypeFlags.Never | TypeFlags.Undefined;

function isRestricted(type: Type | undefined, checker: Checker): boolean {
  if (type === undefined) return false;
  if (type.isUnionType()) return type.getTypes().every((part) => isRestricted(part, checker));
  if ((type.flags & ALLOWED) !== 0) return true;
  const constraint = checker.getBaseConstraintOfType(type);
  return constraint !== undefined && constraint.id !== type.id && isRestricted(constraint, checker);
}
