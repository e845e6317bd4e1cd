import { describe, expect, it } from "vitest";
import {
  type AnyEnv,
  concatHistory,
  type Episode,
  GemError,
  informedPolicy,
  limitTurns,
  make,
  oraclePolicy,
  pipe,
  playEpisode,
  type Policy,
  randomPolicy,
  rollout,
  type RolloutOptions,
} from "../src/index.ts";
import { scriptedPolicy } from "../src/testing/index.ts";
import { pack } from "./fixtures/coin.ts";

const coins = (): AnyEnv => make("test:Coin-v0", { packs: pack });

async function all(options: RolloutOptions): Promise<Episode[]> {
  const episodes: Episode[] = [];
  for await (const episode of rollout(options)) episodes.push(episode);
  return episodes;
}

const byIndex = (episodes: readonly Episode[]): Episode[] => [...episodes].sort((a, b) => a.index! - b.index!);

/** Answers after a number of turns of the event loop that has nothing to do with the order of the questions. */
function straggler(inner: Policy): Policy {
  let asked = 0;
  return {
    name: inner.name,
    async act(conversation, context) {
      const delay = (asked++ * 7919) % 5;
      for (let i = 0; i < delay; i++) await new Promise((resolve) => setTimeout(resolve, 0));
      return inner.act(conversation, context);
    },
  };
}

describe("rollout", () => {
  it("plays the same episodes whatever the concurrency and the order in which answers come", async () => {
    const base = { env: coins, episodes: 40, seed: 11 };
    const one = await all({ ...base, policy: randomPolicy(), concurrency: 1 });
    const many = byIndex(await all({ ...base, policy: straggler(randomPolicy()), concurrency: 7 }));
    const slow = await all({
      ...base,
      env: () => make("test:SlowCoin-v0", { packs: pack }),
      policy: randomPolicy(),
      order: "index",
    });
    expect(many).toEqual(one);
    expect(slow.map(({ turns }) => turns)).toEqual(one.map(({ turns }) => turns));
    expect(new Set(one.map(({ seed }) => seed)).size).toBe(40);
  });

  it("yields in the order of the seeds when asked", async () => {
    const episodes = await all({
      env: coins,
      policy: straggler(randomPolicy()),
      episodes: [5, 6, 7, 8, 9, 10],
      seed: 1,
      order: "index",
      concurrency: 4,
    });
    expect(episodes.map(({ seed }) => seed)).toEqual([5, 6, 7, 8, 9, 10]);
    expect(episodes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("tells each policy the whole conversation, and each turn what was seen", async () => {
    const heard: string[][] = [];
    const inner = oraclePolicy();
    const policy: Policy = {
      name: "listener",
      act(conversation, context) {
        heard.push(conversation.messages.map(({ role }) => role));
        return inner.act(conversation, context);
      },
    };
    const [episode] = await all({ env: coins, policy, episodes: 1, seed: 1 });
    expect(heard).toEqual([
      ["user"],
      ["user", "assistant", "user"],
      ["user", "assistant", "user", "assistant", "user"],
    ]);
    expect(episode).toMatchObject({
      version: 1,
      env: "test:Coin-v0",
      policy: "listener",
      outcome: "terminated",
      success: true,
      return: 3,
      config: { flips: 3 },
      finalObservation: "Right.",
    });
    expect(episode!.turns.map(({ event, reward }) => [event, reward])).toEqual([
      ["right", 1],
      ["right", 1],
      ["right", 1],
    ]);
    expect(JSON.parse(JSON.stringify(episode))).toEqual(episode);
  });

  it("gives one message a turn where a wrapper already shows the history", async () => {
    const lengths: number[] = [];
    const inner = oraclePolicy();
    await all({
      env: () => pipe(make("test:Coin-v0", { packs: pack }), concatHistory()),
      policy: {
        name: "l",
        act: (conversation, context) => (lengths.push(conversation.messages.length), inner.act(conversation, context)),
      },
      episodes: 1,
    });
    expect(lengths).toEqual([1, 1, 1]);
  });

  it("keeps tokens as sampled and stores a prompt by what it adds", async () => {
    const policy: Policy = {
      name: "tokens",
      act({ messages }) {
        const prompt = messages.flatMap((message) =>
          message.role === "assistant" ? [...message.tokens!] : [message.content.length],
        );
        return {
          text: "heads",
          tokens: { prompt, completion: [100 + messages.length, 2], logprobs: [-0.5, -0.1] },
          finish: "stop",
        };
      },
    };
    const [episode] = await all({ env: coins, policy, episodes: 1, seed: 2 });
    expect(episode!.turns.map(({ tokens }) => [tokens!.continues, tokens!.prompt.length, tokens!.completion])).toEqual([
      [false, 1, [101, 2]],
      [true, 1, [103, 2]],
      [true, 1, [105, 2]],
    ]);
  });

  it("reports a limit of the caller as truncated, a model without room too", async () => {
    const [limited] = await all({
      env: () => pipe(make("test:Coin-v0", { packs: pack }), limitTurns(2)),
      policy: randomPolicy(),
      episodes: 1,
    });
    expect(limited).toMatchObject({ outcome: "truncated", success: false });
    const [full] = await all({
      env: coins,
      policy: { name: "full", act: () => ({ text: "", finish: "no-room" }) },
      episodes: 1,
    });
    expect(full).toMatchObject({ outcome: "truncated", turns: [] });
  });
});

describe("a failing rollout", () => {
  it("of the policy is blamed on it and leaves the others alone", async () => {
    let asked = 0;
    const inner = oraclePolicy();
    const policy: Policy = {
      name: "flaky",
      act(conversation, context) {
        if (++asked % 5 === 0) throw new TypeError("no connection");
        return inner.act(conversation, context);
      },
    };
    const episodes = await all({ env: coins, policy, episodes: 30, concurrency: 4, seed: 3 });
    const failed = episodes.filter(({ outcome }) => outcome === "failed");
    expect(episodes).toHaveLength(30);
    expect(failed.length).toBeGreaterThan(5);
    expect(failed[0]).toMatchObject({
      success: false,
      failure: { boundary: "policy", code: "TypeError", message: "no connection" },
    });
    expect(episodes.filter(({ success }) => success)).toHaveLength(30 - failed.length);
  });

  it("of the environment is blamed on it, and a new environment takes its place", async () => {
    let made = 0;
    let closed = 0;
    const env = (): AnyEnv => {
      const inner = coins();
      const broken = ++made === 1;
      return Object.assign(Object.create(inner) as AnyEnv, {
        reset: inner.reset.bind(inner),
        randomAction: inner.randomAction.bind(inner),
        step: (action: string) => {
          if (broken) throw new GemError("peer-failed", "the server hung up");
          return inner.step(action);
        },
        close: () => void closed++,
      });
    };
    const episodes = await all({ env, policy: randomPolicy(), episodes: 3, concurrency: 1 });
    expect(episodes.map(({ outcome }) => outcome)).toEqual(["failed", "terminated", "terminated"]);
    expect(episodes[0]!.failure).toEqual({
      boundary: "env",
      code: "peer-failed",
      message: "the server hung up",
      turn: 0,
    });
    expect(made).toBe(2);
    expect(closed).toBe(2);
  });

  it("that cannot even be made is an episode, too", async () => {
    const episodes = await all({
      env: () => Promise.reject(new Error("no licence")),
      policy: randomPolicy(),
      episodes: 2,
    });
    expect(episodes.map(({ failure }) => failure?.message)).toEqual(["no licence", "no licence"]);
    expect(episodes[0]!.failure!.turn).toBe(-1);
  });
});

describe("stopping", () => {
  it("ends the running episodes as aborted at once, even when a policy hangs", async () => {
    const stop = new AbortController();
    const policy: Policy = { name: "hangs", act: () => new Promise(() => {}) };
    setTimeout(() => stop.abort(), 20);
    const episodes = await all({ env: coins, policy, episodes: 100, concurrency: 5, signal: stop.signal });
    expect(episodes).toHaveLength(5);
    expect(episodes.every(({ outcome, failure }) => outcome === "aborted" && failure === undefined)).toBe(true);
  });

  it("by leaving the loop closes the environments", async () => {
    let open = 0;
    const env = (): AnyEnv => {
      open++;
      const inner = make("test:Coin-v0", { packs: pack });
      const close = inner.close.bind(inner);
      inner.close = () => (open--, close());
      return inner;
    };
    for await (const _episode of rollout({ env, policy: straggler(randomPolicy()), episodes: 50, concurrency: 5 }))
      break;
    expect(open).toBe(0);
  });

  it("before the start yields nothing", async () => {
    expect(await all({ env: coins, policy: randomPolicy(), episodes: 3, signal: AbortSignal.abort() })).toEqual([]);
    expect(await all({ env: coins, policy: randomPolicy(), episodes: 0 })).toEqual([]);
  });
});

describe("options", () => {
  it("out of range are refused with their value", () => {
    expect(() => rollout({ env: coins, policy: randomPolicy(), episodes: -1 })).toThrow("got -1");
    expect(() => rollout({ env: coins, policy: randomPolicy(), episodes: 1, concurrency: 0 })).toThrow("got 0");
  });
});

describe("baseline policies", () => {
  it("random, informed, oracle and scripted play as their names say", async () => {
    const env = coins();
    expect((await playEpisode(env, oraclePolicy(), { seed: 1 })).success).toBe(true);
    expect(
      (await playEpisode(env, scriptedPolicy(["heads", "edge"]), { seed: 1 })).turns.map(({ action }) => action),
    ).toEqual(["heads", "edge"]);
    expect((await playEpisode(env, informedPolicy({ sloppiness: 0.5 }), { seed: 1 })).policy).toBe(
      "informed (50 % random)",
    );
    expect((await playEpisode(env, randomPolicy(), { seed: 1 })).turns).toHaveLength(3);
  });
});
