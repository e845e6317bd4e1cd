import { readFile } from "node:fs/promises";
import { GemError, messageOf } from "@gem-ts/core";
import { z } from "zod";
import { codeOf } from "./storage-error.ts";

/**
 * The text of a file, or `undefined` when there is none.
 * @throws GemError `io-failed`.
 */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw new GemError("io-failed", `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Parses one JSON text that is known to have been written by this package.
 * @throws GemError `corrupt-file`, naming the place.
 */
export function parseJson<T>(text: string, schema: z.ZodType<T, unknown>, place: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new GemError("corrupt-file", `${place} is not JSON: ${messageOf(error)}`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new GemError("corrupt-file", `${place} does not hold what it should: ${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}
