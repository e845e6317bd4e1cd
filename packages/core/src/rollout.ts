import type { AnyEnv } from "./env.ts";
import { createEpisode, type Episode } from "./episode.ts";
import { GemError } from "./error.ts";
import { ABORTED, failureOf, play, untilAborted } from "./play-episode.ts";
import type { Policy } from "./policy.ts";
import { createRng, deriveSeed, freshSeed, requireSeed, type Seed } from "./rng.ts";

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
  const { env, policy, episodes, order, seed = freshSeed(), concurrency = 64 } = options;
  requireSeed(seed);
  if (typeof env !== "function") {
    throw new GemError("bad-option", "env must be a function that makes an environment", {
      hint: "Each concurrent episode needs its own: env: () => make(id, { packs }).",
    });
  }
  if (typeof policy?.act !== "function") throw new GemError("bad-option", "policy must have an act function");
  if (order !== undefined && order !== "completion" && order !== "index") {
    throw new GemError("bad-option", `order must be "completion" or "index", got ${JSON.stringify(order)}`);
  }
  if (!Array.isArray(episodes) && !(Number.isSafeInteger(episodes) && (episodes as number) >= 0)) {
    throw new GemError(
      "bad-option",
      `episodes must be a whole number of at least 0 or a list of seeds, got ${String(episodes)}`,
    );
  }
  if (!(Number.isInteger(concurrency) && concurrency >= 1)) {
    throw new GemError("bad-option", `concurrency must be a whole number of at least 1, got ${concurrency}`);
  }
  const seeds =
    typeof episodes === "number"
      ? Array.from({ length: episodes }, (_, index) => deriveSeed(seed, "episode", index))
      : [...episodes];
  for (const one of seeds) requireSeed(one);
  return { [Symbol.asyncIterator]: () => collect(options, seeds, seed, concurrency) };
}

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
          env ??= await makeEnv(options, signal);
          if (env === undefined) break;
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
  const done = workers.finally(() => {
    finished = true;
    wake?.();
  });
  done.catch(() => {}); // `await done` below throws it to the caller
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

/** The next environment, or `undefined` if the signal fired first; one that comes too late is closed. */
async function makeEnv(options: RolloutOptions, signal: AbortSignal): Promise<AnyEnv | undefined> {
  const made = options.env();
  const env = made instanceof Promise ? await untilAborted(made, signal) : made;
  if (env === ABORTED) {
    void Promise.resolve(made).then(closeQuietly, () => {});
    return undefined;
  }
  if (typeof env?.reset !== "function") throw new GemError("bad-option", "env() gave no environment");
  return env;
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
