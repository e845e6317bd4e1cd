import { describe, expect, it } from "vitest";
import { z } from "zod";
import { configSchema, createEnv, defineEnv, definePack, GemError, listIds, make } from "../src/index.ts";
import { coin, pack } from "./fixtures/coin.ts";

const caught = (run: () => unknown): GemError => {
  try {
    run();
  } catch (error) {
    if (GemError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("an episode", () => {
  it("is the same for the same seed and actions, and reports its seed", () => {
    const one = make("test:Coin-v0", { packs: pack });
    const { info } = one.reset();
    const told = [one.step("heads"), one.step("heads"), one.step("tails")];
    const two = make("test:Coin-v0", { packs: pack });
    two.reset({ seed: info.seed });
    expect([two.step("heads"), two.step("heads"), two.step("tails")]).toEqual(told);
  });

  it("follows the sequence of seeds that make() started", () => {
    const seedsOf = (seed: number): number[] => {
      const env = make("test:Coin-v0", { packs: pack, seed });
      return [env.reset(), env.reset(), env.reset()].map(({ info }) => info.seed);
    };
    expect(seedsOf(9)).toEqual(seedsOf(9));
    expect(new Set([...seedsOf(9), ...seedsOf(10)]).size).toBe(6);
  });

  it("sets success at its end and only there", () => {
    const env = make("test:Coin-v0", { packs: pack });
    env.reset({ seed: 1 });
    const steps = [env.step(env.oracle()!), env.step(env.oracle()!), env.step(env.oracle()!)];
    expect(steps.map(({ info }) => info.success)).toEqual([undefined, undefined, true]);
    expect(steps.map(({ terminated }) => terminated)).toEqual([false, false, true]);
    expect(steps.at(-1)!.info.metrics).toEqual({ right: 3 });
  });

  it("answers any string with data", () => {
    const env = make("test:Coin-v0", { packs: pack });
    env.reset({ seed: 1 });
    expect(env.step("\ud800")).toMatchObject({
      reward: -0.1,
      terminated: true,
      info: { event: "format_error", success: false },
    });
  });

  it("draws random and oracle actions from a stream of their own", () => {
    const plain = make("test:Coin-v0", { packs: pack });
    const asked = make("test:Coin-v0", { packs: pack });
    plain.reset({ seed: 5 });
    asked.reset({ seed: 5 });
    for (const action of ["heads", "tails", "heads"]) {
      asked.randomAction();
      asked.oracle();
      asked.informedAction();
      expect(asked.step(action)).toEqual(plain.step(action));
    }
  });

  it("draws another configuration at each reset of a random variant", () => {
    const env = make("test:Coin-v0-random", { packs: pack, seed: 2 });
    const flips = new Set<unknown>();
    for (let i = 0; i < 50; i++) {
      env.reset();
      flips.add((env.config as { flips: number }).flips);
    }
    expect([...flips].toSorted((a, b) => Number(a) - Number(b))).toEqual([2, 3, 4, 5]);
  });
});

describe("guards", () => {
  it("refuse a step before reset, after the end and after close, and say the way out", () => {
    const env = make("test:Coin-v0", { packs: pack });
    expect(caught(() => env.step("heads"))).toMatchObject({
      code: "step-before-reset",
      message: expect.stringContaining("call reset()"),
    });
    env.reset();
    env.step("nonsense");
    expect(caught(() => env.step("heads")).code).toBe("step-after-end");
    env.close();
    env.close();
    expect(caught(() => env.step("heads")).code).toBe("closed");
    expect(caught(() => env.reset()).code).toBe("closed");
    expect(env.status).toBe("closed");
  });

  it("refuse a reward that is not finite, by the definition's name", () => {
    const broken = defineEnv({
      ...coin,
      id: "test:Broken",
      step: () => ({ observation: "", event: "right", reward: Number.NaN }),
    });
    const env = createEnv(broken, { variant: "v0" });
    void env.reset();
    expect(caught(() => env.step("heads"))).toMatchObject({
      code: "bad-definition",
      message: expect.stringContaining("test:Broken-v0 gave the reward NaN on turn 1"),
    });
  });
});

describe("snapshots", () => {
  it("are JSON, and go on as if nothing had happened", () => {
    const env = make("test:Coin-v0", { packs: pack });
    env.reset({ seed: 3 });
    env.step("heads");
    const stored = JSON.parse(JSON.stringify(env.snapshot()));
    const next = env.step("tails");
    const other = make("test:Coin-v0", { packs: pack });
    other.restore(stored);
    expect(other.step("tails")).toEqual(next);
    expect(other.snapshot()).toEqual(env.snapshot());
  });

  it("give forks that share nothing", () => {
    const env = make("test:Coin-v0", { packs: pack });
    env.reset({ seed: 3 });
    const before = env.snapshot();
    const twin = env.fork();
    twin.step("heads");
    expect(env.snapshot()).toEqual(before);
    expect(twin.snapshot()).not.toEqual(before);
  });

  it("of another environment are refused", () => {
    const env = make("test:Coin-v0", { packs: pack });
    const other = make("test:Coin-v0-random", { packs: pack });
    other.reset();
    expect(caught(() => env.restore(other.snapshot())).code).toBe("bad-snapshot");
  });
});

describe("make", () => {
  it("takes overrides and checks the whole configuration", () => {
    const env = make("test:Coin-v0", { packs: pack, overrides: { flips: 1 } });
    env.reset({ seed: 1 });
    expect(env.step("heads").terminated).toBe(true);
    expect(caught(() => make("test:Coin-v0", { packs: pack, overrides: { flips: 0 } }))).toMatchObject({
      code: "bad-config",
      message: expect.stringMatching(/test:Coin-v0.*flips/s),
    });
    expect(caught(() => make("test:Coin-v0", { packs: pack, overrides: { flip: 2 } }))).toMatchObject({
      code: "bad-config",
      message: expect.stringContaining('no setting "flip"'),
    });
  });

  it("names the nearest ids when there is none of that name", () => {
    expect(caught(() => make("test:Coin-v1", { packs: [pack] }))).toMatchObject({
      code: "unknown-id",
      hint: expect.stringContaining("Did you mean test:Coin-v0"),
    });
    expect(caught(() => make("constructor", { packs: [pack] })).code).toBe("unknown-id");
    expect(caught(() => make("test:Coin-toString", { packs: [pack] })).code).toBe("unknown-id");
  });

  it("refuses a bad seed and a style that is not on offer", () => {
    expect(caught(() => make("test:Coin-v0", { packs: pack, seed: -1 })).code).toBe("bad-option");
    expect(caught(() => make("test:SlowCoin-v0", { packs: pack, style: "compact" })).code).toBe("unsupported");
  });

  it("keeps asynchronous environments asynchronous", async () => {
    const env = make("test:SlowCoin-v0", { packs: pack });
    const fast = make("test:Coin-v0", { packs: pack });
    fast.reset({ seed: 8 });
    const opened = env.reset({ seed: 8 });
    expect(opened).toBeInstanceOf(Promise);
    await opened;
    expect(await env.step("heads")).toEqual(fast.step("heads"));
  });
});

describe("definitions", () => {
  it("are refused when an id, a variant or a style is malformed", () => {
    expect(caught(() => defineEnv({ ...coin, id: "no namespace" })).code).toBe("bad-definition");
    expect(caught(() => defineEnv({ ...coin, id: "a:B", variants: { easy: { flips: 1 } } })).hint).toContain("v0-hard");
    expect(caught(() => defineEnv({ ...coin, id: "a:B", variants: {} })).message).toContain("no variants");
    expect(caught(() => defineEnv({ ...coin, id: "a:B", styles: ["compact"] })).message).toContain('include "full"');
    expect(caught(() => definePack({ name: "p", summary: "", envs: [coin, coin] })).message).toContain(
      "test:Coin twice",
    );
  });

  it("list their ids and give their configuration as JSON Schema", () => {
    expect(listIds([pack])).toEqual(["test:Coin-v0", "test:Coin-v0-random", "test:SlowCoin-v0"]);
    expect(configSchema(coin)).toMatchObject({
      type: "object",
      properties: { flips: { type: "integer" } },
      required: ["flips"],
    });
    expect(z.toJSONSchema(coin.config)).toBeDefined();
  });
});

describe("GemError", () => {
  it("is told apart without instanceof, across copies of the package", () => {
    const twin = Object.assign(new Error("x"), { code: "closed", [Symbol.for("@gem-ts/core/GemError")]: true });
    expect(GemError.isInstance(twin)).toBe(true);
    expect(GemError.isInstance(new Error("x"))).toBe(false);
    expect(GemError.isInstance(undefined)).toBe(false);
  });
});
