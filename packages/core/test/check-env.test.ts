import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type AnyEnvDefinition, type TurnOutcome } from "../src/index.ts";
import { checkEnv, hostileActions } from "../src/testing/index.ts";
import { coin, slowCoin } from "./fixtures/coin.ts";

/** A copy of the coin game with a fault. */
const faulty = (fault: object): AnyEnvDefinition =>
  ({ ...coin, returns: { min: -0.1, max: 3 }, ...fault }) as AnyEnvDefinition;

const outcome = (change: (outcome: TurnOutcome) => object): object => ({
  step: (...args: Parameters<typeof coin.step>) => {
    const told = coin.step(...args);
    return { ...told, ...change(told) };
  },
});

let memory = 0;

describe("checkEnv", () => {
  it("passes sound definitions, synchronous and asynchronous", async () => {
    for (const definition of [coin, slowCoin]) {
      const report = await checkEnv(definition, { hostile: 200 });
      expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(report.ok).toBe(true);
      expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    }
  });

  it.each([
    ["config-schema", "must be an object", { config: z.any() }],
    ["reset-shows-a-task", "instructions are empty", { instructions: () => " " }],
    [
      "same-seed-same-episode",
      "two plays of seed",
      { start: () => ({ side: memory++ % 2 ? "heads" : "tails", right: memory }) },
    ],
    ["other-seed-other-episode", "one and the same start", { start: () => ({ side: "heads", right: 0 }) }],
    ["no-other-randomness", "Math.random and Date.now", { instructions: () => `${Math.random()} ${Date.now()}` }],
    [
      "state-is-json",
      "a Set cannot be part of plain state",
      { start: (c: never) => ({ ...coin.start(c), seen: new Set() }) },
    ],
    ["state-is-json", "at $.odds", { start: (c: never) => ({ ...coin.start(c), odds: Number.NaN }) }],
    [
      "snapshot-round-trip",
      "after restoring turn",
      {
        start: (c: never) => ({ ...coin.start(c), left: [undefined] }),
        step: (s: { left: unknown[] }, a: string, c: never) => ({
          ...coin.step(s as never, a, c),
          observation: String(s.left[0]),
        }),
      },
    ],
    [
      "forks-are-independent",
      "a fork",
      { step: (s: never, a: string, c: never) => ({ ...coin.step(s, a, c), reward: memory++ }) },
    ],
    ["styles-agree", "the compact style", outcome(() => ({})), "style-dependent"],
    ["steps-keep-the-contract", 'event "drawn"', outcome(() => ({ event: "drawn" }))],
    [
      "steps-keep-the-contract",
      "both terminated and truncated",
      outcome(() => ({ terminated: true, truncated: true })),
    ],
    ["steps-keep-the-contract", "did not end", outcome(() => ({ terminated: false }))],
    ["steps-keep-the-contract", "outside the declared", outcome(() => ({ reward: 2 }))],
    ["steps-keep-the-contract", "format error", { randomAction: () => "?" }],
    ["oracle-reaches-the-maximum", "did not succeed", { oracle: () => "edge" }],
    ["oracle-reaches-the-maximum", "below the declared maximum", { returns: { min: -1, max: 4 } }],
    ["hostile-actions", "was paid", outcome(({ event }) => (event === "format_error" ? { reward: 1 } : {}))],
    [
      "hostile-actions",
      "threw: too odd",
      {
        step: (s: never, a: string, c: never) => {
          if (/[^a-z]/.test(a)) throw new Error("too odd");
          return coin.step(s, a, c);
        },
      },
    ],
    [
      "prompt-hides-the-answer",
      "far more often",
      { instructions: ({ state }: { state: { side: string } }) => `It is ${state.side}.` },
    ],
    [
      "step-time",
      "in the median",
      {
        step: (s: never, a: string, c: never) => {
          const end = performance.now() + 3;
          while (performance.now() < end);
          return coin.step(s, a, c);
        },
      },
    ],
  ] as [string, string, object, string?][])("%s: finds that %s", async (check, problem, fault, special) => {
    const change =
      special === undefined
        ? fault
        : {
            step: (s: never, a: string, c: { style: string }) => ({
              ...coin.step(s, a, c as never),
              reward: c.style === "full" ? 0 : 1,
            }),
          };
    const report = await checkEnv(faulty(change), { variants: ["v0"], hostile: 100, stepBudget: 2 });
    expect(report.ok).toBe(false);
    const found = report.checks.find((result) => result.check === check && !result.ok);
    expect(found?.problem).toContain(problem);
  });

  it("accepts a fixed start that is declared", async () => {
    const report = await checkEnv(
      { ...coin, fixedStart: true, start: () => ({ side: "heads", right: 0 }) } as typeof coin,
      { variants: ["v0"] },
    );
    expect(report.checks.find(({ check }) => check === "other-seed-other-episode")?.ok).toBe(true);
  });
});

describe("hostile actions", () => {
  it("are many, different and repeatable", () => {
    expect(hostileActions(1000, 4)).toEqual(hostileActions(1000, 4));
    expect(new Set(hostileActions(1000)).size).toBeGreaterThan(950);
  });
});
