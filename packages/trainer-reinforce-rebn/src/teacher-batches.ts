import { type AnyEnv, type Episode, GemError, type Policy, rollout, type Seed } from "@gem-ts/core";
import { trainableEpisodes } from "./batch.ts";
import type { EpisodeEncoder, ImitationSequence } from "./imitate.ts";
import { policySeed, teacherSeeds } from "./seeds.ts";

/** Options of {@link teacherBatches}. */
export interface TeacherBatchesOptions {
  /** Makes an environment; called once for each concurrent episode. */
  readonly env: () => AnyEnv | Promise<AnyEnv>;
  /** Who is imitated, such as core's `informedPolicy({ sloppiness: 0.2 })`. */
  readonly teacher: Policy;
  readonly encode: EpisodeEncoder;
  /** Episodes of each batch; 64 by default. */
  readonly episodes?: number;
  /** 0 by default. */
  readonly seed?: Seed;
  /** 64 by default. */
  readonly concurrency?: number;
  /** Which episodes to imitate; all whole ones by default. */
  readonly keep?: (episode: Episode) => boolean;
}

/**
 * Makes the batches of `imitate` from a teacher's play: fresh episodes in every step, none of them held out.
 *
 * @throws GemError (when a batch is made) `peer-failed` if every episode of it failed.
 */
export function teacherBatches(options: TeacherBatchesOptions): (step: number) => Promise<ImitationSequence[]> {
  const { env, teacher, encode, keep } = options;
  const seed = options.seed ?? 0;
  return async (step) => {
    const episodes: Episode[] = [];
    const seeds = teacherSeeds(seed, step, options.episodes ?? 64);
    const play = rollout({
      env,
      policy: teacher,
      episodes: seeds,
      seed: policySeed(seed, step),
      concurrency: options.concurrency ?? 64,
      order: "index",
    });
    for await (const episode of play) episodes.push(episode);
    const whole = trainableEpisodes(episodes);
    if (whole.length === 0) {
      throw new GemError(
        "peer-failed",
        `all ${episodes.length} episodes of the teacher failed: ${episodes[0]?.failure?.message ?? "none was played"}`,
      );
    }
    return whole.filter((episode) => keep?.(episode) ?? true).flatMap((episode) => encode(episode));
  };
}
