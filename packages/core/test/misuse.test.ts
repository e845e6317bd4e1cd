import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  concatHistory,
  createEnv,
  defineEnv,
  type Env,
  type EnvSnapshot,
  GemError,
  limitTurns,
  make,
  pipe,
  playEpisode,
  type Policy,
  rollout,
} from "../src/index.ts";
import { pack } from "./fixtures/coin.ts";

/** The code of what `run` throws or rejects with. */
async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (GemError.isInstance(error)) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

const coins = (): Env<"sync", "bare"> => make("test:Coin-v0", { packs: pack });
const heads: Policy = { name: "heads", act: () => ({ text: "heads", finish: "stop" }) };

/** An asynchronous environment whose steps end when the test says so. */
function gated(): { readonly env: Env<"async", "bare">; readonly open: (event?: "failed") => void } {
  const waiting: (() => void)[] = [];
  let fail = false;
  const definition = defineEnv({
    id: "test:Gated",
    mode: "async",
    summary: "Waits.",
    config: z.object({}),
    variants: { v0: {} },
    events: { went: "it went" },
    start: async () => {
      if (fail) throw new Error("no start");
      return { steps: 0 };
    },
    instructions: () => "Go.",
    async step(state, action) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      state.steps++;
      return { observation: "went", event: "went", terminated: action === "end" };
    },
    randomAction: () => "go",
  });
  return {
    env: createEnv(definition, { variant: "v0", seed: 1 }),
    open(event) {
      fail = event === "failed";
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

describe("an asynchronous environment", () => {
  it("takes one call at a time, and tells when it is busy", async () => {
    const { env, open } = gated();
    await env.reset();
    const step = env.step("go");
    for (const call of [
      () => env.step("go"),
      () => env.reset(),
      () => env.snapshot(),
      () => env.fork(),
      () => env.restore({} as EnvSnapshot),
    ]) {
      expect(await codeOf(call)).toBe("busy");
    }
    open();
    expect((await step).observation).toBe("went");
    expect(env.snapshot()).toMatchObject({ turn: 1, state: { steps: 1 } });
  });

  it("stays closed when a step answers after it was closed", async () => {
    const { env, open } = gated();
    await env.reset();
    const step = env.step("end");
    await env.close();
    open();
    expect(await codeOf(() => step)).toBe("closed");
    expect(env.status).toBe("closed");
    expect(await codeOf(() => env.reset())).toBe("closed");
  });

  it("has no episode after instructions that failed, and draws as it would have", () => {
    let fail = true;
    const definition = defineEnv({
      id: "test:Speechless",
      summary: "Has no words at first.",
      config: z.object({}),
      variants: { v0: {} },
      events: { drew: "it drew" },
      start: () => ({}),
      instructions: ({ rng }) => {
        rng.float();
        if (fail) throw new Error("no words");
        return "Draw.";
      },
      step: (_state, _action, { rng }) => ({ observation: String(rng.int(0, 1e9)), event: "drew" }),
      randomAction: () => "",
    });
    const env = createEnv(definition, { variant: "v0" });
    expect(() => env.reset({ seed: 1 })).toThrow("no words");
    expect(env.status).toBe("new");
    fail = false;
    env.reset({ seed: 1 });
    const untroubled = createEnv(definition, { variant: "v0" });
    untroubled.reset({ seed: 1 });
    expect(env.step("")).toEqual(untroubled.step(""));
  });

  it("has no episode after a start that failed, rather than half of the last one", async () => {
    const { env, open } = gated();
    await env.reset();
    open("failed");
    await expect(env.reset()).rejects.toThrow("no start");
    expect(env.status).toBe("new");
    expect(await codeOf(() => env.step("go"))).toBe("step-before-reset");
  });

  it("rejects, and never throws, from under a wrapper", async () => {
    const { env, open } = gated();
    const limited = pipe(env, limitTurns(1));
    await limited.reset();
    const step = limited.step("go");
    open();
    await step;
    const refused = limited.step("go");
    await expect(refused).rejects.toMatchObject({ code: "step-after-end" });
  });
});

describe("an episode", () => {
  it("leaves the configuration of the next one alone, even if a definition plays with it", () => {
    const definition = defineEnv({
      id: "test:Deck",
      summary: "Takes cards.",
      config: z.object({ cards: z.array(z.string()) }),
      variants: { v0: { cards: ["a", "b"] } },
      events: { drawn: "a card was drawn" },
      start: ({ config }) => ({ deck: config.cards }),
      instructions: () => "Draw.",
      step: (state) => ({ observation: state.deck.pop() ?? "none", event: "drawn" }),
      randomAction: () => "draw",
    });
    const env = createEnv(definition, { variant: "v0" });
    for (let episode = 0; episode < 2; episode++) {
      env.reset();
      expect([env.step("draw"), env.step("draw")].map(({ observation }) => observation)).toEqual(["b", "a"]);
    }
  });

  it("goes on after a bad seed and after an action that is no string", async () => {
    const env = coins();
    env.reset({ seed: 4 });
    expect(await codeOf(() => env.reset({ seed: -1 }))).toBe("bad-option");
    expect(await codeOf(() => env.step(7 as unknown as string))).toBe("bad-option");
    expect(env.snapshot()).toMatchObject({ seed: 4, turn: 0, status: "running" });
  });
});

describe("overrides", () => {
  it("are checked at once for a variant that is drawn, too", async () => {
    const overridden = (overrides: Record<string, number>) => () =>
      make("test:Coin-v0-random", { packs: pack, overrides });
    expect(await codeOf(overridden({ flips: -1 }))).toBe("bad-config");
    expect(await codeOf(overridden({ sides: 3 }))).toBe("bad-config");
    const env = overridden({ flips: 9 })();
    env.reset();
    expect(env.config).toEqual({ flips: 9 });
  });

  it("do not take what every object has for a setting", async () => {
    for (const key of ["constructor", "__proto__"]) {
      const overrides = JSON.parse(`{ "${key}": 1 }`) as Record<string, number>;
      expect(await codeOf(() => make("test:Coin-v0", { packs: pack, overrides }))).toBe("bad-config");
    }
    expect(await codeOf(() => createEnv(pack.envs[0], { variant: "toString" }))).toBe("unknown-id");
  });
});

describe("a snapshot from a stranger", () => {
  const wrapped = () => pipe(coins(), limitTurns(2), concatHistory());
  const taken = (): EnvSnapshot => {
    const env = wrapped();
    env.reset({ seed: 3 });
    env.step("heads");
    return env.snapshot();
  };

  it.each([null, 5, "x", [], {}])("%j is refused", async (value) => {
    for (const env of [coins(), wrapped()]) {
      expect(await codeOf(() => env.restore(value as unknown as EnvSnapshot))).toBe("bad-snapshot");
    }
  });

  const KEYS = [
    "id",
    "version",
    "config",
    "style",
    "status",
    "seed",
    "sequence",
    "turn",
    "rng",
    "actionRng",
    "wrappers",
  ];
  it.each(KEYS)("is refused with another %s, and changes nothing", async (key) => {
    for (const value of [null, -1.5, "x", [null], { seed: "x" }, [{ name: "limit-turns" }]]) {
      const env = wrapped();
      env.restore(taken());
      const before = env.snapshot();
      const forged = { ...taken(), [key]: value } as unknown as EnvSnapshot;
      expect(await codeOf(() => env.restore(forged))).toBe("bad-snapshot");
      expect(env.snapshot()).toEqual(before);
    }
  });
});

describe("a definition from plain JavaScript", () => {
  it("is told what it lacks", () => {
    const { randomAction: _, summary: __, ...rest } = pack.envs[0];
    expect(() => defineEnv(rest as never)).toThrow("test:Coin lacks summary, randomAction");
    expect(() => defineEnv(undefined as never)).toThrow("a definition is an object, got undefined");
  });
});

describe("a rollout", () => {
  it.each([undefined, null, "heads", {}, { text: 5 }, { text: "heads", tokens: {} }])(
    "blames the policy for answering %j",
    async (answer) => {
      const policy: Policy = { name: "odd", act: () => answer as never };
      const { outcome, failure } = await playEpisode(coins(), policy);
      expect({ outcome, boundary: failure?.boundary, turn: failure?.turn }).toEqual({
        outcome: "failed",
        boundary: "policy",
        turn: 0,
      });
      expect(failure?.message).toContain("the policy odd");
    },
  );

  it.each([
    { episodes: Infinity },
    { episodes: "3" },
    { episodes: undefined },
    { episodes: [1, -1] },
    { episodes: [1], seed: -1 },
    { episodes: 1, order: "random" },
    { episodes: 1, env: coins() },
    { episodes: 1, policy: {} },
  ])("refuses %o before it begins", async (options) => {
    expect(await codeOf(() => rollout({ env: coins, policy: heads, ...options } as never))).toBe("bad-option");
  });

  it("reports a factory that gives nothing as failed episodes", async () => {
    const episodes = await Array.fromAsync(rollout({ env: (() => undefined) as never, policy: heads, episodes: 2 }));
    expect(episodes.map(({ failure }) => failure?.message)).toEqual(Array(2).fill("env() gave no environment"));
  });

  it("ends at its signal even if an environment never comes, and closes one that comes late", async () => {
    const stop = new AbortController();
    const { promise, resolve } = Promise.withResolvers<Env<"sync">>();
    const collected = Array.fromAsync(rollout({ env: () => promise, policy: heads, episodes: 1, signal: stop.signal }));
    stop.abort();
    expect(await collected).toEqual([]);
    const late = coins();
    resolve(late);
    await new Promise((after) => setTimeout(after));
    expect(late.status).toBe("closed");
  });

  it("ends at its signal even if a reset never answers", async () => {
    const stuck = defineEnv({
      id: "test:Stuck",
      mode: "async",
      summary: "Never starts.",
      config: z.object({}),
      variants: { v0: {} },
      events: { never: "never" },
      start: () => new Promise<Record<string, never>>(() => {}),
      instructions: () => "",
      step: () => ({ observation: "", event: "never" }),
      randomAction: () => "",
    });
    const env = () => createEnv(stuck, { variant: "v0" });
    const signal = AbortSignal.timeout(5);
    const episodes = await Array.fromAsync(rollout({ env, policy: heads, episodes: 2, signal }));
    expect(episodes.map(({ outcome }) => outcome)).toEqual(["aborted", "aborted"]);
  });
});
