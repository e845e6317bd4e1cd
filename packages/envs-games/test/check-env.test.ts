import { checkEnv } from "@gem-ts/core/testing";
import { expect, test } from "vitest";
import { games } from "../src/index.ts";

test.for(games.envs)("the referee finds nothing wrong with $id", { timeout: 60_000 }, async (definition) => {
  const { checks } = await checkEnv(definition);
  expect(checks.length).toBeGreaterThan(0);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});
