import type { Content } from "./content.ts";
import { type Conversation, extend } from "./conversation.ts";
import type { AnyEnv, StepResult } from "./env.ts";
import {
  type Boundary,
  createEpisode,
  type Episode,
  type EpisodeFailure,
  type EpisodeOutcome,
  type Turn,
  type TurnTokens,
} from "./episode.ts";
import { GemError, messageOf } from "./error.ts";
import type { Policy, Response, SampledTokens } from "./policy.ts";
import { createRng, deriveSeed, freshSeed, type Rng, type Seed } from "./rng.ts";

/** Options of {@link rollout}. */
export interface RolloutOptions {
  /** Makes an environment; called once for each concurrent episode, and again after one failed. */
  readonly env: () => AnyEnv | Promise<AnyEnv>;
  readonly policy: Policy;
  /** How many episodes, or the seed of each. */
  readonly episodes: number | readonly Seed[];
  /** Seeds the episodes (where their own are not given) and the policy's draws; fresh by default. */
  readonly seed?: Seed;
  /** Episodes played at the same time; 64 by default. It changes the speed, never the episodes. */
  readonly concurrency?: number;
  /** `completion` (default) yields episodes as they end, `index` in the order of their seeds. */
  readonly order?: "completion" | "index";
  /**
   * Stops the collection: running episodes end as `aborted` and are yielded, the others are never started. The
   * iteration then ends without an error.
   */
  readonly signal?: AbortSignal;
}

/**
 * Plays whole episodes, many at a time, each at its own pace. What goes wrong in one is data: it comes back with
 * `outcome: "failed"`, blamed on the boundary where it happened, and the others never notice.
 *
 * @throws GemError `bad-option`.
 */
export function rollout(options: RolloutOptions): AsyncIterable<Episode> {
  const seed = options.seed ?? freshSeed();
  const seeds =
    typeof options.episodes === "number"
      ? Array.from({ length: options.episodes }, (_, index) => deriveSeed(seed, "episode", index))
      : options.episodes;
  const concurrency = options.concurrency ?? 64;
  if (typeof options.episodes === "number" && !(Number.isInteger(options.episodes) && options.episodes >= 0)) {
    throw new GemError("bad-option", `episodes must be a whole number of at least 0, got ${options.episodes}`);
  }
  if (!(Number.isInteger(concurrency) && concurrency >= 1)) {
    throw new GemError("bad-option", `concurrency must be a whole number of at least 1, got ${concurrency}`);
  }
  return { [Symbol.asyncIterator]: () => collect(options, seeds, seed, concurrency) };
}

/** Plays one episode in `env`, which stays open. */
export function playEpisode(
  env: AnyEnv,
  policy: Policy,
  options: { readonly seed?: Seed; readonly signal?: AbortSignal } = {},
): Promise<Episode> {
  const seed = options.seed ?? freshSeed();
  return play({ env, policy, seed, rng: createRng(seed).split("policy"), signal: options.signal ?? NEVER });
}

const NEVER: AbortSignal = new AbortController().signal;

async function* collect(
  options: RolloutOptions,
  seeds: readonly Seed[],
  seed: Seed,
  concurrency: number,
): AsyncGenerator<Episode, void, undefined> {
  const { policy } = options;
  // Leaving the loop early stops the episodes that are still running.
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const ready: Episode[] = [];
  const held = new Map<number, Episode>();
  let wake: (() => void) | undefined;
  let next = 0;
  let due = 0;

  const deliver = (index: number, episode: Episode): void => {
    if (options.order === "index") {
      held.set(index, episode);
      for (let ripe = held.get(due); ripe !== undefined; ripe = held.get(due)) {
        held.delete(due++);
        ready.push(ripe);
      }
    } else {
      ready.push(episode);
    }
    wake?.();
  };

  const worker = async (): Promise<void> => {
    let env: AnyEnv | undefined;
    try {
      while (next < seeds.length && !signal.aborted) {
        const index = next++;
        const episodeSeed = seeds[index]!;
        const rng = createRng(seed).split("policy").split(index);
        try {
          env ??= await options.env();
        } catch (error) {
          deliver(index, neverStarted(policy, episodeSeed, index, error));
          continue;
        }
        const episode = await play({ env, policy, seed: episodeSeed, rng, signal, index });
        if (episode.outcome === "failed" || episode.outcome === "aborted") {
          await closeQuietly(env);
          env = undefined;
        }
        deliver(index, episode);
      }
    } finally {
      if (env !== undefined) await closeQuietly(env);
    }
  };

  const workers = Promise.all(Array.from({ length: Math.min(concurrency, seeds.length) }, worker));
  let finished = false;
  const done = workers.then(() => {
    finished = true;
    wake?.();
  });
  try {
    while (true) {
      yield* ready.splice(0);
      if (ready.length > 0) continue;
      if (finished) break;
      await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
    }
    yield* ready.splice(0);
    yield* [...held.values()];
  } finally {
    stop.abort();
    await done;
  }
}

interface Play {
  readonly env: AnyEnv;
  readonly policy: Policy;
  readonly seed: Seed;
  readonly rng: Rng;
  readonly signal: AbortSignal;
  readonly index?: number;
}

async function play({ env, policy, seed, rng, signal, index }: Play): Promise<Episode> {
  const turns: Turn[] = [];
  const context = { signal, rng, env };
  let boundary: Boundary = "env";
  let observation: Content = "";
  const end = (outcome: EpisodeOutcome, success: boolean, failure?: EpisodeFailure): Episode =>
    createEpisode({
      env: env.id,
      seed,
      config: env.config,
      policy: policy.name,
      ...(index === undefined ? {} : { index }),
      turns,
      finalObservation: observation,
      outcome,
      success,
      ...(failure === undefined ? {} : { failure }),
    });

  let turn = -1;
  try {
    const opened = env.reset({ seed });
    observation = (opened instanceof Promise ? await opened : opened).observation;
    let conversation: Conversation = {
      id: `${env.id}#${seed}#${index ?? 0}`,
      messages: [{ role: "user", content: observation }],
    };
    let before: SampledTokens | undefined;
    while (!signal.aborted) {
      turn = turns.length;
      boundary = "policy";
      const answer = policy.act(conversation, context);
      const response = answer instanceof Promise ? await untilAborted(answer, signal) : answer;
      if (response === ABORTED) break;
      if (response.finish === "no-room") return end("truncated", false);
      boundary = "env";
      const stepped = env.step(response.text);
      const result = stepped instanceof Promise ? await untilAborted(stepped, signal) : stepped;
      if (result === ABORTED) break;
      turns.push(turnOf(observation, response, result, before));
      before = response.tokens;
      observation = result.observation;
      if (result.terminated) return end("terminated", result.info.success ?? false);
      if (result.truncated) return end("truncated", result.info.success ?? false);
      conversation =
        env.observes === "episode"
          ? { id: conversation.id, messages: [{ role: "user", content: observation }] }
          : extend(
              conversation,
              {
                role: "assistant",
                content: response.text,
                ...(response.toolCalls === undefined ? {} : { toolCalls: response.toolCalls }),
                ...(response.tokens === undefined ? {} : { tokens: response.tokens.completion }),
              },
              { role: "user", content: observation },
            );
    }
    return end("aborted", false);
  } catch (error) {
    if (signal.aborted) return end("aborted", false);
    return end("failed", false, failureOf(boundary, error, turn));
  }
}

function turnOf(observation: Content, response: Response, result: StepResult, before: SampledTokens | undefined): Turn {
  return {
    observation,
    action: response.text,
    ...(response.toolCalls === undefined ? {} : { toolCalls: response.toolCalls }),
    reward: result.reward,
    event: result.info.event,
    ...(result.info.metrics === undefined ? {} : { metrics: result.info.metrics }),
    ...(response.tokens === undefined ? {} : { tokens: turnTokens(response.tokens, before) }),
  };
}

/** Stores a prompt by what it adds to the turn before, if it really begins with that turn's tokens. */
function turnTokens(tokens: SampledTokens, before: SampledTokens | undefined): TurnTokens {
  const { prompt, completion, logprobs } = tokens;
  if (before !== undefined) {
    const known = before.prompt.length + before.completion.length;
    if (startsWith(prompt, before.prompt, 0) && startsWith(prompt, before.completion, before.prompt.length)) {
      return { continues: true, prompt: prompt.slice(known), completion, logprobs };
    }
  }
  return { continues: false, prompt, completion, logprobs };
}

function startsWith(whole: readonly number[], part: readonly number[], at: number): boolean {
  if (whole.length < at + part.length) return false;
  for (let i = 0; i < part.length; i++) if (whole[at + i] !== part[i]) return false;
  return true;
}

function failureOf(boundary: Boundary, error: unknown, turn: number): EpisodeFailure {
  const code = GemError.isInstance(error) ? error.code : error instanceof Error ? error.name : "unknown";
  return { boundary, code, message: messageOf(error), turn };
}

function neverStarted(policy: Policy, seed: Seed, index: number, error: unknown): Episode {
  return createEpisode({
    env: "unknown",
    seed,
    config: null,
    policy: policy.name,
    index,
    turns: [],
    finalObservation: "",
    outcome: "failed",
    success: false,
    failure: failureOf("env", error, -1),
  });
}

async function closeQuietly(env: AnyEnv): Promise<void> {
  try {
    await env.close();
  } catch {
    // The episode already tells what went wrong; a second error while cleaning up adds nothing.
  }
}

const ABORTED: unique symbol = Symbol("aborted");

/** The promise's value, or `ABORTED` as soon as the signal fires, even if the promise never settles. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | typeof ABORTED> {
  if (signal.aborted) return ABORTED;
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<typeof ABORTED>((resolve) => {
    onAbort = () => resolve(ABORTED);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
  }
}
