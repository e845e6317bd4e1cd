import { appendFile } from "node:fs/promises";
import type { z } from "zod";
import { parseJson, readText } from "./json-file.ts";
import { writing } from "./storage-error.ts";

/** A line of a file and what it means. */
export interface JsonLine<T> {
  /** As it stands in the file, without the line's end. */
  readonly text: string;
  readonly value: T;
}

/**
 * The complete lines of a file, none when it does not exist. A last line without its end is what a kill leaves of a
 * write, or what a writer at work has not finished yet; it is left out.
 *
 * @throws GemError `corrupt-file` for any other line that is not what it should be, `io-failed`.
 */
export async function readJsonLines<T>(path: string, schema: z.ZodType<T, unknown>): Promise<JsonLine<T>[]> {
  const text = (await readText(path)) ?? "";
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1)
    .map((line, index) => ({ text: line, value: parseJson(line, schema, `${path}, line ${index + 1},`) }));
}

/**
 * Adds a line in one write.
 * @throws GemError `io-failed`.
 */
export async function appendJsonLine(path: string, value: unknown): Promise<void> {
  await writing(path, () => appendFile(path, jsonLines([value])));
}

/** Values as lines. */
export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
