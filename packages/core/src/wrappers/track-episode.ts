import { defineWrapper, type Wrapper } from "../wrapper.ts";

/** What {@link trackEpisode} adds to `info.episode`. */
export interface EpisodeCount {
  /** Turns played. */
  readonly turns: number;
  /** Sum of the rewards so far. */
  readonly return: number;
}

/** Counts turns and rewards as the agent sees them, in `info.episode`. Outermost wrapper. */
export function trackEpisode(): Wrapper<"bare" | "tools" | "history", "tracked"> {
  return defineWrapper<{ turns: number; return: number }, "bare" | "tools" | "history", "tracked">({
    name: "track-episode",
    makes: "tracked",
    start: () => ({ turns: 0, return: 0 }),
    reset: (result, own) => ({ ...result, info: { ...result.info, episode: { ...own } satisfies EpisodeCount } }),
    step(result, _action, own) {
      own.turns++;
      own.return += result.reward;
      return { ...result, info: { ...result.info, episode: { ...own } satisfies EpisodeCount } };
    },
  });
}
