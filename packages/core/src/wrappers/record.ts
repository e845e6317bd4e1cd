import { createEpisode, type Episode, type Turn } from "../episode.ts";
import type { Seed } from "../rng.ts";
import { defineWrapper, type Wrapper } from "../wrapper.ts";
import type { Content } from "../content.ts";

interface Tape {
  seed: Seed;
  observation: Content;
  turns: Turn[];
}

/** Hands every finished episode to `onEpisode`, for callers who step an environment by hand. */
export function record(onEpisode: (episode: Episode) => void): Wrapper<"bare" | "tools" | "history"> {
  return defineWrapper<Tape>({
    name: "record",
    start: () => ({ seed: 0, observation: "", turns: [] }),
    reset(result, tape) {
      tape.seed = result.info.seed;
      tape.observation = result.observation;
      return result;
    },
    step(result, action, tape, env) {
      tape.turns.push({
        observation: tape.observation,
        action,
        reward: result.reward,
        event: result.info.event,
        ...(result.info.metrics === undefined ? {} : { metrics: result.info.metrics }),
      });
      tape.observation = result.observation;
      if (result.terminated || result.truncated) {
        onEpisode(
          createEpisode({
            env: env.id,
            seed: tape.seed,
            config: env.config,
            policy: "unknown",
            turns: [...tape.turns],
            finalObservation: result.observation,
            outcome: result.terminated ? "terminated" : "truncated",
            success: result.info.success ?? false,
          }),
        );
      }
      return result;
    },
  });
}
