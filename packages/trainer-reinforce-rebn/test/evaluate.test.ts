import { oraclePolicy, type Policy, randomPolicy } from "@gem-ts/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, heldOutSeeds, teacherSeeds, trainingSeeds } from "../src/index.ts";
import { alphabetEnv } from "./fixtures/alphabet.ts";

describe("evaluation", () => {
  it("plays 500 held-out episodes unless told otherwise, the same for every policy", async () => {
    const best = await evaluate({ env: alphabetEnv(), policy: oraclePolicy() });
    expect(best).toMatchObject({
      outcome: "finished",
      summary: { episodes: 500, failed: 0, success: 1, turns: 4, return: 1 },
    });
    const random = await evaluate({ env: alphabetEnv(), policy: randomPolicy() });
    expect(random.summary.success).toBeLessThan(0.05);
    expect(random.episodes.map(({ seed }) => seed)).toEqual(best.episodes.map(({ seed }) => seed));
  });

  it("gives the same episodes for the same seed, whatever the concurrency", async () => {
    const play = (concurrency: number, seed: number) =>
      evaluate({ env: alphabetEnv(), policy: randomPolicy(), episodes: 30, seed, concurrency });
    const [one, two, other] = await Promise.all([play(1, 5), play(16, 5), play(16, 6)]);
    expect(two).toEqual(one);
    expect(other!.episodes).not.toEqual(one!.episodes);
  });

  it("returns what it has when it is stopped", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const thinking: Policy = {
      name: "thinking",
      act: async (_conversation, { env }) => {
        await new Promise((resolve) => setImmediate(resolve));
        return { text: env.randomAction(), finish: "stop" };
      },
    };
    const result = await evaluate({
      env: alphabetEnv(),
      policy: thinking,
      episodes: 100,
      concurrency: 4,
      signal: stop.signal,
      onProgress: (done, total) => {
        seen.push(done);
        expect(total).toBe(100);
        if (done === 10) stop.abort();
      },
    });
    expect(result.outcome).toBe("aborted");
    expect(result.summary.episodes).toBe(result.episodes.length);
    expect(result.episodes.length).toBeGreaterThanOrEqual(10);
    expect(result.episodes.length).toBeLessThan(100);
    expect(result.episodes.every(({ outcome }) => outcome === "terminated")).toBe(true);
    expect(seen.length).toBe(result.episodes.length);
  });
});

describe("seeds", () => {
  it("of held-out episodes are never seeds of training or teaching, whatever they derive from", () => {
    const seed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(seed, seed, fc.nat(100_000), (run, evaluation, iteration) => {
        for (const played of [...trainingSeeds(run, iteration, 5), ...teacherSeeds(run, iteration, 5)])
          expect(played % 2).toBe(0);
        for (const heldOut of heldOutSeeds(evaluation, 5)) {
          expect(heldOut % 2).toBe(1);
          expect(Number.isSafeInteger(heldOut)).toBe(true);
        }
      }),
    );
  });

  it("differ between iterations and between episodes", () => {
    const all = [1, 2, 3].flatMap((iteration) => trainingSeeds(0, iteration, 100));
    expect(new Set(all).size).toBe(300);
  });
});
