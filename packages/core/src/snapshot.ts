import type { EnvSnapshot, EnvStatus, Style } from "./env.ts";
import { GemError } from "./error.ts";
import { isSeed } from "./rng.ts";

const STATUSES: readonly EnvStatus[] = ["new", "running", "ended", "closed"];
const STYLES: readonly Style[] = ["full", "compact"];

/**
 * Checks what came back from a file or a link: everything but the inside of `config` and of the states, which only the
 * definition and the wrappers know.
 * @throws GemError `bad-snapshot`.
 */
export function requireSnapshot(value: unknown): asserts value is EnvSnapshot {
  if (!isRecord(value)) throw malformed("it is not an object");
  const { id, version, config, style, status, seed, sequence, turn, state, wrappers } = value;
  if (version !== 1) throw malformed(`its version is ${JSON.stringify(version)}, known is 1`);
  if (typeof id !== "string") throw malformed("id must be a string");
  if (config === undefined || state === undefined) throw malformed("config and state must be there");
  if (!STYLES.includes(style as Style)) throw malformed(`style must be one of ${STYLES.join(", ")}`);
  if (!STATUSES.includes(status as EnvStatus)) throw malformed(`status must be one of ${STATUSES.join(", ")}`);
  if (!isSeed(seed)) throw malformed("seed must be a seed");
  if (!isRecord(sequence) || !isSeed(sequence["seed"]) || !isSeed(sequence["resets"])) {
    throw malformed("sequence must hold a seed and a number of resets");
  }
  if (!isSeed(turn)) throw malformed("turn must be a whole number of at least 0");
  if (!Array.isArray(wrappers) || !wrappers.every((one) => isRecord(one) && typeof one["name"] === "string")) {
    throw malformed("wrappers must be a list of names with states");
  }
}

function malformed(what: string): GemError {
  return new GemError("bad-snapshot", `this is not a snapshot: ${what}`, {
    hint: "Give back what snapshot() returned.",
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
