import { expect, test } from "vitest";
import { z } from "zod";
import { concatHistory, defineEnv, definePack, GemError, limitTurns, make, pipe, randomPolicy, rollout, summarize, trackEpisode } from "../src/index.ts";

const coin = defineEnv({
  id: "test:Coin",
  summary: "Call the coin.",
  config: z.object({ flips: z.int().positive() }),
  variants: { v0: { flips: 3 }, "v0-random": ({ rng }) => ({ flips: rng.int(1, 5) }) },
  events: { right: "the call was right", wrong: "it was not", format_error: "no call was found" },
  start: ({ rng }) => ({ side: rng.bool() ? "heads" : "tails", right: 0 }),
  instructions: ({ config }) => `Call ${config.flips} coins.`,
  step(state, action, { rng, turn, config }) {
    if (!/heads|tails/.test(action)) return { observation: "", event: "format_error", terminated: true, reward: -1 };
    const right = action.includes(state.side);
    if (right) state.right++;
    state.side = rng.bool() ? "heads" : "tails";
    const over = turn >= config.flips;
    return { observation: right ? "right" : "wrong", event: right ? "right" : "wrong", reward: right ? 1 : 0, terminated: over, success: state.right === config.flips };
  },
  randomAction: ({ rng }) => rng.pick(["heads", "tails"]),
  oracle: ({ state }) => state.side,
});
const pack = definePack({ name: "test", summary: "for tests", envs: [coin] });

test("quick look", async () => {
  const env = make("test:Coin-v0", { packs: pack, seed: 1 });
  const first = env.reset();
  const step = env.step("heads");
  expect(first.info.seed).toBeTypeOf("number");
  expect(step.terminated).toBe(false);
  const wrapped = pipe(env, limitTurns(2), concatHistory(), trackEpisode());
  wrapped.reset({ seed: 4 });
  const fork = wrapped.fork();
  expect(fork.step("heads")).toEqual(wrapped.step("heads"));
  expect(() => make("test:Coin-v1", { packs: [pack] })).toThrow(GemError);
  const episodes = [];
  for await (const e of rollout({ env: () => make("test:Coin-v0", { packs: pack }), policy: randomPolicy(), episodes: 100, seed: 3 })) episodes.push(e);
  expect(summarize(episodes).success).toBeGreaterThan(0.02);
  // @ts-expect-error history cannot go on tracked
  expect(() => pipe(env, trackEpisode(), concatHistory())).toThrow("stage");
});
