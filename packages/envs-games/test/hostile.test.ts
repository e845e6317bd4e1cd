import { type Env, make } from "@gem-ts/core";
import { hostileActions } from "@gem-ts/core/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { games } from "../src/index.ts";

const parts = fc.oneof(
  fc.constantFrom(
    "\\boxed{",
    "\\boxed{",
    "}",
    "}",
    " ",
    "  ",
    "\t",
    ",",
    "0",
    "1",
    "2",
    "3",
    "9",
    "٣",
    "𝟗",
    "A",
    "b",
    "C",
    "-1",
    "1e3",
    "99999999999999999999",
    "\ud800",
    "\u0000",
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const action = fc.array(parts, { maxLength: 16 }).map((pieces) => pieces.join(""));

test.for(games.envs)("no string makes $id throw, pay beyond its bounds or report an unknown event", (definition) => {
  for (const variant of Object.keys(definition.variants)) {
    const env = make(`${definition.id}-${variant}`, { packs: games, seed: 0 }) as Env<"sync">;
    let total = 0;
    const play = (text: string): void => {
      if (env.status !== "running") {
        env.reset();
        total = 0;
      }
      const { reward, info, terminated, truncated } = env.step(text);
      total += reward;
      expect(Object.keys(definition.events)).toContain(info.event);
      expect(total).toBeGreaterThanOrEqual(-0.1);
      expect(total).toBeLessThanOrEqual(1 + 1e-9);
      expect(truncated).toBe(false);
      expect(info.success !== undefined).toBe(terminated);
    };
    fc.assert(fc.property(action, play), { numRuns: 400, seed: 6 });
    for (const text of hostileActions(400, 7)) play(text);
  }
});
