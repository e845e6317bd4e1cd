import { describe, expect, it } from "vitest";
import {
  chatHistory,
  concatHistory,
  defineWrapper,
  type Episode,
  GemError,
  limitTurns,
  make,
  pipe,
  record,
  trackEpisode,
} from "../src/index.ts";
import { pack } from "./fixtures/coin.ts";

const bare = () => make("test:Coin-v0", { packs: pack });

describe("the history", () => {
  it("shows all observations, line after line", () => {
    const env = pipe(bare(), concatHistory());
    expect(env.reset({ seed: 1 }).observation).toBe("Call 3 coins: heads or tails.");
    const said = env.step("heads").observation;
    expect(said).toMatch(/^Call 3 coins: heads or tails\.\n(Right|Wrong)\.$/);
  });

  it("shows the actions between them when asked", () => {
    const env = pipe(bare(), concatHistory({ actions: true }));
    env.reset({ seed: 1 });
    expect(env.step("tails").observation).toMatch(/^Call 3 coins: heads or tails\.\ntails\n(Right|Wrong)\.$/);
  });

  it("renders a chat through a template", () => {
    const env = pipe(bare(), chatHistory());
    expect(env.reset({ seed: 1 }).observation).toBe(
      "<|im_start|>user\nCall 3 coins: heads or tails.<|im_end|>\n<|im_start|>assistant\n",
    );
    const own = pipe(bare(), chatHistory({ template: (messages) => messages.map(({ role }) => role).join(" ") }));
    own.reset({ seed: 1 });
    expect(own.step("heads").observation).toBe("user assistant user");
  });

  it("keeps the instructions when it shows only the last turns", () => {
    const env = pipe(bare(), concatHistory({ actions: true, last: 1 }));
    env.reset({ seed: 1 });
    env.step("heads");
    expect(env.step("tails").observation).toMatch(/^Call 3 coins: heads or tails\.\ntails\n(Right|Wrong)\.$/);
    expect(() => concatHistory({ last: 0 })).toThrow("at least one turn");
  });

  it("starts over at each reset", () => {
    const env = pipe(bare(), concatHistory());
    env.reset({ seed: 1 });
    env.step("heads");
    expect(env.reset({ seed: 1 }).observation).toBe("Call 3 coins: heads or tails.");
  });
});

describe("limitTurns", () => {
  it("truncates without terminating and guards the next step", () => {
    const env = pipe(bare(), limitTurns(1));
    env.reset({ seed: 1 });
    expect(env.step("heads")).toMatchObject({ terminated: false, truncated: true, info: { success: false } });
    expect(env.status).toBe("ended");
    expect(() => env.step("heads")).toThrow(GemError);
    env.reset({ seed: 1 });
    expect(env.status).toBe("running");
  });

  it("leaves an end by the rules alone", () => {
    const env = pipe(bare(), limitTurns(1));
    env.reset({ seed: 1 });
    expect(env.step("nonsense")).toMatchObject({ terminated: true, truncated: false });
  });

  it("refuses a limit that is none", () => {
    expect(() => limitTurns(0)).toThrow("positive whole number");
  });
});

describe("trackEpisode and record", () => {
  it("count turns and rewards", () => {
    const env = pipe(bare(), trackEpisode());
    env.reset({ seed: 1 });
    env.step(env.oracle()!);
    expect(env.step(env.oracle()!).info["episode"]).toEqual({ turns: 2, return: 2 });
  });

  it("hand over each finished episode", () => {
    const episodes: Episode[] = [];
    const env = pipe(
      bare(),
      record((episode) => episodes.push(episode)),
    );
    for (let i = 0; i < 2; i++) {
      env.reset({ seed: 7 + i });
      while (env.status === "running") env.step(env.oracle()!);
    }
    expect(episodes).toHaveLength(2);
    expect(episodes[1]).toMatchObject({
      env: "test:Coin-v0",
      seed: 8,
      outcome: "terminated",
      success: true,
      return: 3,
      config: { flips: 3 },
    });
    expect(episodes[1]!.turns[0]!.observation).toBe("Call 3 coins: heads or tails.");
  });
});

describe("wrapped environments", () => {
  it("stay synchronous, or asynchronous", async () => {
    const env = pipe(bare(), limitTurns(5), concatHistory(), trackEpisode());
    expect(env.reset({ seed: 1 })).not.toBeInstanceOf(Promise);
    expect(env.step("heads")).not.toBeInstanceOf(Promise);
    const slow = pipe(make("test:SlowCoin-v0", { packs: pack }), concatHistory());
    const opened = slow.reset({ seed: 1 });
    expect(opened).toBeInstanceOf(Promise);
    await opened;
    expect((await slow.step("heads")).observation).toMatch(/^Call 3/);
  });

  it("snapshot and fork with the state of every wrapper", () => {
    const wrap = () => pipe(bare(), limitTurns(2), concatHistory({ actions: true }), trackEpisode());
    const env = wrap();
    env.reset({ seed: 4 });
    env.step("heads");
    const stored = JSON.parse(JSON.stringify(env.snapshot()));
    const twin = env.fork();
    const next = env.step("tails");
    expect(twin.step("tails")).toEqual(next);
    const other = wrap();
    other.restore(stored);
    expect(other.step("tails")).toEqual(next);
    expect(next.truncated).toBe(true);
    const ended = wrap();
    ended.restore(JSON.parse(JSON.stringify(env.snapshot())));
    expect(ended.status).toBe("ended");
  });

  it("refuse a snapshot with other wrappers", () => {
    const env = pipe(bare(), concatHistory());
    env.reset();
    expect(() => bare().restore(env.snapshot())).toThrow("concat-history");
    expect(() => pipe(bare(), limitTurns(2)).restore(env.snapshot())).toThrow("limit-turns");
  });

  it("refuse a wrong order at run time, too", () => {
    const wrap = pipe as (...parts: readonly unknown[]) => unknown;
    expect(() => wrap(bare(), trackEpisode(), concatHistory())).toThrow(GemError);
  });

  it("can be written in a few lines", () => {
    const shout = defineWrapper({
      name: "shout",
      start: () => ({ shouts: 0 }),
      act: (action) => action.toLowerCase(),
      step(result, _action, own) {
        own.shouts++;
        return { ...result, reward: result.reward * 2, info: { ...result.info, shouts: own.shouts } };
      },
    });
    const env = pipe(bare(), shout);
    env.reset({ seed: 1 });
    expect(env.step(env.oracle()!.toUpperCase())).toMatchObject({ reward: 2, info: { shouts: 1 } });
  });
});
