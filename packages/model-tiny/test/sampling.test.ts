import { createRng, GemError, type Sample } from "@gem-ts/core";
import { describe, expect, test } from "vitest";
import { createTinyModel, type TinyModel } from "../src/index.ts";
import { randomIds, shake, SMALL, smallModel, tokenizer } from "./support/small-model.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Plays ragged conversations of several turns and returns every one with its samples. */
async function converse(
  model: TinyModel,
  options: {
    readonly order?: (items: number[]) => number[];
    readonly together?: number;
    readonly named?: boolean;
  } = {},
) {
  const { order = (items) => items, together = Infinity, named = true } = options;
  const rng = createRng(11);
  const instructions = randomIds(5, 14);
  const conversations = Array.from({ length: 12 }, (_, index) => ({
    prompt: [...(index % 3 === 0 ? randomIds(index, 3) : instructions)],
    samples: [] as Sample[],
    starts: [] as number[],
    observations: Array.from({ length: 4 }, () => randomIds(rng.int(0, 1e9), rng.int(1, 6))),
    lengths: Array.from({ length: 4 }, () => rng.int(1, 5)),
  }));
  for (let turn = 0; turn < 4; turn++) {
    const indices = order(conversations.map((_, index) => index));
    for (let begin = 0; begin < indices.length; begin += together) {
      await Promise.all(
        indices.slice(begin, begin + together).map(async (index) => {
          const { prompt, samples, starts, observations, lengths } = conversations[index]!;
          prompt.push(...observations[turn]!);
          const sample = await model.sample({
            prompt: [...prompt],
            maxTokens: lengths[turn]!,
            seed: index * 100 + turn,
            ...(named ? { conversation: `c${index}` } : {}),
          });
          starts.push(prompt.length);
          samples.push(sample);
          prompt.push(...sample.tokens);
        }),
      );
    }
  }
  return conversations;
}

async function worstDifference(model: TinyModel): Promise<number> {
  const conversations = await converse(model);
  const logprobs = await model.logprobs(conversations.map(({ prompt }) => prompt));
  let worst = 0;
  conversations.forEach(({ samples, starts }, index) => {
    samples.forEach((sample, turn) => {
      sample.logprobs.forEach((logprob, place) => {
        worst = Math.max(worst, Math.abs(logprob - logprobs[index]![starts[turn]! + place]!));
      });
    });
  });
  return worst;
}

describe("log-probabilities at sampling", () => {
  test("are those of the training graph within 1e-5, over ragged turns, before and after training", async () => {
    await using model = await smallModel();
    expect(await worstDifference(model)).toBeLessThan(1e-5);
    await shake(model);
    const [counting] = await model.logprobs([Array.from({ length: 40 }, (_, index) => 6 + index)]);
    expect(Math.max(...counting!.subarray(1))).toBeGreaterThan(-1.5);
    const [anything] = await model.logprobs([randomIds(3, 60)]);
    expect(Math.min(...anything!)).toBeLessThan(-6);
    expect(await worstDifference(model)).toBeLessThan(1e-5);
  });

  test("are those of the training graph on the plain build, too", async () => {
    await using model = await smallModel({ kernels: "plain" });
    await shake(model);
    expect(model.info.kernels).toBe("plain");
    expect(await worstDifference(model)).toBeLessThan(1e-5);
  });
});

describe("responses", () => {
  test("are the same for 0, 1 and 2 workers, shuffled, one at a time, without a cache, and with too few rows", async () => {
    const results = (conversations: Awaited<ReturnType<typeof converse>>): unknown =>
      conversations.map(({ samples }) => samples);
    await using here = await smallModel();
    await shake(here);
    const expected = results(await converse(here));
    await using folder = await temporaryFolder();
    await here.save(folder.path);
    const shuffled = (items: number[]): number[] => createRng(3).shuffle(items);
    expect(results(await converse(here, { order: shuffled }))).toEqual(expected);
    expect(results(await converse(here, { together: 1 }))).toEqual(expected);
    expect(results(await converse(here, { together: 5, named: false }))).toEqual(expected);
    for (const [workers, rows] of [
      [1, 64],
      [2, 64],
      [0, 3],
      [2, 2],
    ] as const) {
      await using model = await smallModel({ workers, rows });
      await model.load(folder.path);
      expect(results(await converse(model, { order: shuffled }))).toEqual(expected);
    }
  });

  test("follow the new weights after a step, whatever the cache holds", async () => {
    await using model = await smallModel();
    const request = { prompt: randomIds(1, 20), maxTokens: 8, seed: 1, conversation: "c" };
    const before = await model.sample(request);
    await shake(model, 1);
    const after = await model.sample(request);
    expect(after.logprobs).not.toEqual(before.logprobs);
    await using twin = await smallModel();
    await shake(twin, 1);
    expect(await twin.sample(request)).toEqual(after);
  });

  test("notice that a conversation changed its past", async () => {
    await using model = await smallModel();
    const prompt = randomIds(1, 30);
    const changed = prompt.with(10, prompt[10] === 50 ? 51 : 50);
    await model.sample({ prompt, maxTokens: 4, seed: 1, conversation: "c" });
    const again = await model.sample({ prompt: changed, maxTokens: 4, seed: 1, conversation: "c" });
    expect(again).toEqual(await model.sample({ prompt: changed, maxTokens: 4, seed: 1 }));
  });

  test("of one conversation may be asked for twice at once", async () => {
    await using model = await smallModel();
    const ask = (seed: number): Promise<Sample> =>
      model.sample({ prompt: randomIds(1, 20), maxTokens: 6, seed, conversation: "c" });
    const together = await Promise.all([ask(1), ask(2), ask(1)]);
    expect(together).toEqual([await ask(1), await ask(2), await ask(1)]);
  });

  test("are the most likely tokens at temperature 0", async () => {
    await using model = await smallModel();
    await shake(model);
    const prompt = randomIds(1, 10);
    const { tokens, logprobs } = await model.sample({ prompt, maxTokens: 3, temperature: 0, seed: 1, stop: [] });
    expect(logprobs).toEqual([0, 0, 0]);
    const candidates = Array.from({ length: tokenizer.size }, (_, id) => [...prompt, id]);
    const scores = (await model.logprobs(candidates)).map((row) => row.at(-1)!);
    expect(tokens[0]).toBe(scores.indexOf(Math.max(...scores)));
    expect(await model.sample({ prompt, maxTokens: 3, temperature: 1, topP: 1e-6, seed: 9, stop: [] })).toMatchObject({
      tokens,
    });
  });

  test("are drawn with the probabilities that the training graph gives, and never padding ids", async () => {
    await using model = await smallModel();
    await shake(model);
    const prompt = randomIds(2, 6);
    const draws = await Promise.all(
      Array.from({ length: 4000 }, (_, seed) => model.sample({ prompt, maxTokens: 1, seed })),
    );
    const counts = new Map<number, number>();
    for (const { tokens } of draws) counts.set(tokens[0]!, (counts.get(tokens[0]!) ?? 0) + 1);
    expect(Math.max(...counts.keys())).toBeLessThan(tokenizer.size);
    const probabilities = (
      await model.logprobs(Array.from({ length: tokenizer.size }, (_, id) => [...prompt, id]))
    ).map((row) => Math.exp(row.at(-1)!));
    expect(probabilities.reduce((sum, p) => sum + p)).toBeCloseTo(1, 4);
    // Chi-squared over ids expected at least 5 times.
    let statistic = 0;
    let degrees = -1;
    probabilities.forEach((p, id) => {
      if (p * 4000 < 5) return;
      statistic += ((counts.get(id) ?? 0) - p * 4000) ** 2 / (p * 4000);
      degrees++;
    });
    expect(degrees).toBeGreaterThan(5);
    expect(statistic).toBeLessThan(degrees + 5 * Math.sqrt(2 * degrees));
  });

  test("report the probability that they were drawn with at another temperature", async () => {
    await using model = await smallModel();
    await shake(model);
    const prompt = randomIds(2, 6);
    const { tokens, logprobs } = await model.sample({ prompt, maxTokens: 1, temperature: 0.5, seed: 4 });
    const all = (await model.logprobs(Array.from({ length: tokenizer.size }, (_, id) => [...prompt, id]))).map((row) =>
      Math.exp(2 * row.at(-1)!),
    );
    expect(logprobs[0]).toBeCloseTo(Math.log(all[tokens[0]!]! / all.reduce((sum, p) => sum + p)), 4);
  });

  test("end with a stop token, which stays in them, or at their length", async () => {
    await using model = await smallModel();
    const everything = Array.from({ length: tokenizer.size }, (_, id) => id);
    expect(await model.sample({ prompt: [2], maxTokens: 9, seed: 1, stop: everything })).toMatchObject({
      finish: "stop",
      tokens: { length: 1 },
    });
    expect(await model.sample({ prompt: [2], maxTokens: 9, seed: 1, stop: [] })).toMatchObject({
      finish: "length",
      tokens: { length: 9 },
    });
  });

  test("end where the context ends", async () => {
    await using model = await smallModel();
    const sample = await model.sample({ prompt: randomIds(1, SMALL.context - 3), maxTokens: 20, seed: 1, stop: [] });
    expect(sample).toMatchObject({ finish: "length", tokens: { length: 3 } });
  });
});

describe("a request that cannot be met is refused with a clear error:", () => {
  const cases = [
    [{ prompt: randomIds(1, SMALL.context) }, "leaves no room in a context of 64"],
    [{ prompt: [] }, "at least one token"],
    [{ prompt: [tokenizer.size] }, "token ids are 0 to"],
    [{ prompt: [1.5] }, "token ids are 0 to"],
    [{ maxTokens: 0 }, "maxTokens"],
    [{ temperature: -1 }, "temperature"],
    [{ temperature: NaN }, "temperature"],
    [{ topP: 0 }, "topP"],
    [{ seed: -1 }, "a seed must be"],
    [{ stop: [9999] }, "stop tokens"],
  ] as const;
  test.each(cases)("%o", async (part, message) => {
    await using model = await smallModel();
    await expect(model.sample({ prompt: [2], maxTokens: 4, seed: 1, ...part })).rejects.toThrow(message);
  });
});

describe("a signal", () => {
  test.each([0, 1])(
    "that fires ends the wait for a long response, with %i workers, and others go on",
    async (workers) => {
      await using model = await createTinyModel({
        architecture: { ...SMALL, context: 2048 },
        tokenizer,
        seed: 1,
        workers,
        rows: 4,
      });
      const stop = new AbortController();
      const long = model.sample({ prompt: [2], maxTokens: 2000, seed: 1, stop: [], signal: stop.signal });
      const other = model.sample({ prompt: [2], maxTokens: 60, seed: 1, stop: [] });
      const waiting = new Promise((resolve) => setTimeout(resolve, 5)).then(() => stop.abort());
      await expect(long).rejects.toSatisfy((error) => GemError.isInstance(error) && error.code === "aborted");
      await waiting;
      expect((await other).tokens).toHaveLength(60);
      await expect(model.sample({ prompt: [2], maxTokens: 4, seed: 1, signal: stop.signal })).rejects.toThrow(
        "stopped by its signal",
      );
    },
  );

  test.each([0, 1])("that fires ends the wait for an engine that is busy, with %i workers", async (workers) => {
    await using model = await createTinyModel({
      architecture: { ...SMALL, context: 2048 },
      tokenizer,
      seed: 1,
      workers,
    });
    const settled: string[] = [];
    const note = (name: string) => (): void => void settled.push(name);
    const stop = new AbortController();
    const busy = model.sample({ prompt: [2], maxTokens: 2000, seed: 1, stop: [] }).finally(note("busy"));
    await new Promise((resolve) => setImmediate(resolve));
    const waiting = model.sample({ prompt: [3], maxTokens: 4, seed: 1, signal: stop.signal }).catch(note("waiting"));
    setImmediate(() => stop.abort());
    await Promise.all([busy, waiting]);
    expect(settled).toEqual(["waiting", "busy"]);
    expect((await model.sample({ prompt: [3], maxTokens: 4, seed: 1, stop: [] })).tokens).toHaveLength(4);
  });
});

test("a signal that many wait on has one listener, and none when all is done", async () => {
  await using model = await smallModel();
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = ((...parts: Parameters<typeof add>) => [listeners++, add(...parts)]) as never;
  signal.removeEventListener = ((...parts: Parameters<typeof remove>) => [listeners--, remove(...parts)]) as never;
  const samples = Array.from({ length: 20 }, (_, seed) => model.sample({ prompt: [7], maxTokens: 3, seed, signal }));
  await new Promise((resolve) => process.nextTick(resolve));
  expect(listeners).toBe(1);
  await Promise.all(samples);
  expect(listeners).toBe(0);
});
