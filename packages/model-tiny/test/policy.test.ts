import {
  type AnyEnv,
  type Conversation,
  defineEnv,
  definePack,
  type Episode,
  keepLastTurns,
  make,
  pipe,
  concatHistory,
  createRng,
  rollout,
  tokenSequences,
} from "@gem-ts/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createTinyModel, drift, SPECIAL_IDS, type TinyModel } from "../src/index.ts";
import { shake, SMALL, smallModel, tokenizer } from "./support/small-model.ts";

/** Answers every text with another, for a number of turns that the seed decides. */
const echo = defineEnv({
  id: "test:Echo",
  summary: "Say anything.",
  config: z.object({ turns: z.int().positive() }),
  variants: { v0: { turns: 4 }, "v0-long": { turns: 40 } },
  events: { heard: "something was said" },
  start: ({ rng, config }) => ({ turns: rng.int(1, config.turns), said: 0 }),
  instructions: () => "Speak up now!",
  step(state, action, { rng }) {
    state.said++;
    return {
      observation: `${" higher".repeat(rng.int(0, 2))} ${action.length}`,
      event: "heard",
      reward: action.length,
      terminated: state.said >= state.turns,
    };
  },
  randomAction: () => "a",
});
const pack = definePack({ name: "test", summary: "for tests", envs: [echo] });

interface PlayOptions {
  readonly id?: "test:Echo-v0" | "test:Echo-v0-long";
  readonly wrap?: (env: AnyEnv) => AnyEnv;
  readonly concurrency?: number;
  readonly maxTokens?: number;
}

async function play(
  model: TinyModel,
  { id = "test:Echo-v0", wrap = (env) => env, concurrency = 64, maxTokens = 5 }: PlayOptions = {},
): Promise<Episode[]> {
  const episodes: Episode[] = [];
  const env = (): AnyEnv => wrap(make(id, { packs: pack }));
  for await (const episode of rollout({
    env,
    policy: model.policy({ maxTokens }),
    episodes: 24,
    seed: 5,
    concurrency,
    order: "index",
  }))
    episodes.push(episode);
  return episodes;
}

describe("a policy", () => {
  test("plays the same episodes for 0, 1 and 2 workers and any number at a time", async () => {
    await using model = await smallModel();
    const expected = await play(model);
    expect(new Set(expected.map(({ turns }) => turns.length)).size).toBeGreaterThan(2);
    expect(await play(model, { concurrency: 1 })).toEqual(expected);
    for (const workers of [1, 2]) {
      await using other = await smallModel({ workers });
      expect(await play(other)).toEqual(expected);
    }
  });

  test("stores ids that continue from turn to turn, with the log-probabilities of the training graph", async () => {
    await using model = await smallModel();
    await shake(model);
    const episodes = await play(model);
    const sequences = episodes.flatMap((episode) => {
      const found = tokenSequences(episode);
      expect(found).toHaveLength(1);
      expect(episode.turns.slice(1).every(({ tokens }) => tokens!.continues)).toBe(true);
      return found;
    });
    const logprobs = await model.logprobs(sequences.map(({ ids }) => ids));
    let sampled = 0;
    sequences.forEach(({ turns, logprobs: drawn }, index) => {
      turns.forEach((turn, place) => {
        if (turn < 0) return;
        sampled++;
        expect(Math.abs(drawn[place]! - logprobs[index]![place]!)).toBeLessThan(1e-5);
      });
    });
    expect(sampled).toBeGreaterThan(100);
  });

  test("says what it sampled, without the stop token, and how it ended", async () => {
    await using model = await smallModel();
    const messages = [{ role: "user", content: "hi" }] as const;
    const env = make("test:Echo-v0", { packs: pack, seed: 1 });
    const response = await model
      .policy({ maxTokens: 6, name: "me" })
      .act({ id: "x", messages }, { signal: new AbortController().signal, rng: createRng(3), env });
    const { prompt, completion, logprobs } = response.tokens!;
    expect(prompt).toEqual([...tokenizer.encode("hi"), SPECIAL_IDS.act]);
    expect(logprobs).toHaveLength(completion.length);
    expect(response.text).toBe(tokenizer.decode(completion));
    expect(response.usage).toEqual({ promptTokens: 3, completionTokens: completion.length });
    expect(response.finish).toBe(completion.at(-1) === SPECIAL_IDS.end ? "stop" : "length");
  });

  test("answers no-room when the conversation has outgrown the context, and the rollout truncates", async () => {
    await using model = await smallModel();
    const episodes = await play(model, { id: "test:Echo-v0-long", maxTokens: 8 });
    const long = episodes.filter(({ outcome }) => outcome === "truncated");
    expect(long.length).toBeGreaterThan(5);
    for (const { turns } of long) {
      const ids = turns.flatMap(({ tokens }) => [...tokens!.prompt, ...tokens!.completion]);
      expect(ids.length).toBeLessThanOrEqual(SMALL.context);
      expect(ids.length).toBeGreaterThan(SMALL.context - 25);
    }
    expect(episodes.every(({ outcome }) => outcome !== "failed")).toBe(true);
  });

  test("reads histories that are rendered as text or cut short: prompts then start over", async () => {
    await using model = await smallModel({ architecture: { ...SMALL, context: 256 } });
    const episodes = await play(model, { wrap: (env) => pipe(env as never, concatHistory()) as AnyEnv });
    expect(episodes.every(({ outcome }) => outcome === "terminated")).toBe(true);
    expect(episodes.some(({ turns }) => turns.some(({ tokens }, turn) => turn > 0 && !tokens!.continues))).toBe(true);
    const whole: Conversation = {
      id: "k",
      messages: [
        { role: "user", content: "Speak" },
        ...["a", "b", "c"].flatMap((content) => [
          { role: "assistant", content } as const,
          { role: "user", content: "more" } as const,
        ]),
      ],
    };
    expect(model.chat.prompt(keepLastTurns(whole, 1))).toEqual(
      model.chat.prompt({ id: "k", messages: [whole.messages[0]!, ...whole.messages.slice(-2)] }),
    );
  });

  test("drifts where it spells what it could say in one id, and the stored ids tell", async () => {
    await using model = await createTinyModel({ architecture: SMALL, tokenizer, seed: 3 });
    const [spelled] = [[..." higher"].flatMap((letter) => tokenizer.encode(letter))];
    const conversation: Conversation = {
      id: "d",
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: " higher", tokens: [...spelled!, SPECIAL_IDS.end] },
      ],
    };
    expect(drift(conversation, model.tokenizer)).toMatchObject([
      { message: 1, position: 0, encoded: tokenizer.encode(" higher") },
    ]);
  });
});
