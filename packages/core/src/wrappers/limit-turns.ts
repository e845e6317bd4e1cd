import { GemError } from "../error.ts";
import { defineWrapper, type Wrapper } from "../wrapper.ts";

/**
 * Truncates an episode after `turns` turns, whatever the environment's own cap. The player is not told: this is a
 * limit of the caller, not a rule of the task.
 *
 * @throws GemError `bad-option` unless `turns` is a positive whole number.
 */
export function limitTurns(turns: number): Wrapper<"bare" | "tools" | "history"> {
  if (!Number.isInteger(turns) || turns < 1)
    throw new GemError("bad-option", `limitTurns needs a positive whole number, got ${turns}`);
  return defineWrapper({
    name: "limit-turns",
    start: () => ({ turns: 0 }),
    step(result, _action, own) {
      own.turns++;
      if (own.turns < turns || result.terminated || result.truncated) return result;
      return { ...result, truncated: true, info: { ...result.info, success: false } };
    },
  });
}
