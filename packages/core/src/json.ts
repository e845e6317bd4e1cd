import { GemError } from "./error.ts";

/** What JSON can hold. State, configuration and snapshots are made of nothing else. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * A deep copy of plain data; faster than `structuredClone`.
 * @throws GemError `bad-definition` for what JSON would lose, such as a `Map` or a class instance.
 */
export function cloneJson<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const copy: unknown[] = Array.from({ length: value.length });
    for (let i = 0; i < value.length; i++) copy[i] = cloneJson(value[i]);
    return copy as T;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const kind = (value as object).constructor?.name ?? "object";
    throw new GemError("bad-definition", `a ${kind} cannot be part of plain state`, {
      hint: "Keep state in objects, arrays, strings, finite numbers, booleans and null.",
    });
  }
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = cloneJson((value as Record<string, unknown>)[key]);
  return copy as T;
}

/**
 * The path of the first part of `value` that JSON would lose or change (`undefined` in an array, `NaN`, a `Map`, a
 * class instance, a cycle), or `undefined` when there is none.
 */
export function findNonJson(value: unknown, path = "$", above: readonly unknown[] = []): string | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (typeof value !== "object" || above.includes(value)) return path;
  const below = [...above, value];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = findNonJson(value[i], `${path}[${i}]`, below);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return path;
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue;
    const found = findNonJson(part, `${path}.${key}`, below);
    if (found !== undefined) return found;
  }
  return undefined;
}
