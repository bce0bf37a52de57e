/**
 * Returns the object's own property of that name; undefined if it has none. Every name that is not a literal in the code is
 * looked up with this function or in a Map: `object[name]` returns functions that every object inherits for names such as
 * `constructor`, and names in files, tables and variables can be any text.
 */
export function own<T extends object>(object: T, name: string): T[keyof T] | undefined;
export function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Sets the object's own property of that name. Assigning to `__proto__` would change the object's prototype instead. */
export function setOwn<T>(object: Record<string, T>, name: string, value: T): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Returns a copy of the object without the property of that name. */
export function without<T>(object: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));
}

/** Returns whether every object inherits a property of that name, for example `constructor`. */
export function isInherited(name: string): boolean {
  return name in {};
}
