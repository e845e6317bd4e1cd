import { type Datum, type Episode, GemError, tokenSequences } from "@gem-ts/core";

/** A token sequence with an advantage for each sampled token; a {@link Datum} once the old log-probabilities are in. */
export interface PolicyDatum extends Datum {
  readonly tokens: readonly number[];
  /** `1 / (C N)` for sampled tokens, 0 for tokens of prompts. */
  readonly weights: Float64Array;
  /** The advantage of the turn that sampled the token, 0 for tokens of prompts. */
  readonly advantages: Float64Array;
  /** Log-probabilities to take the ratio against: those of the sampler until {@link withOldLogprobs} puts others in. */
  readonly logprobs: Float64Array;
  /** Log-probabilities that the tokens were drawn with. */
  readonly samplerLogprobs: Float64Array;
  /** Turns that sampled tokens of this sequence. */
  readonly transitions: number;
}

/** Options of {@link buildBatch}. */
export interface BatchOptions {
  /** The constant `C`. */
  readonly lengthDivisor: number;
}

/**
 * The episodes to learn from: whole ones. What failed or was aborted says nothing about the policy and is left out;
 * what was truncated stays, with the return it got.
 */
export function trainableEpisodes(episodes: readonly Episode[]): Episode[] {
  return episodes.filter(({ outcome }) => outcome === "terminated" || outcome === "truncated");
}

/**
 * One datum for each token sequence of the episodes. Each sampled token carries its turn's advantage and the weight
 * `1 / (C N)`, with `N` the turns of all `episodes`: so the loss is a mean over turns of sums over tokens, divided by
 * a constant and not by the length of the response, which would favour long failures (Dr. GRPO; arXiv 2510.01051,
 * footnote 4). With Adam and a clip that does not bite, `C` changes nothing; it sets where the clip begins to.
 *
 * @param advantages Shape `[episodes][turns]`.
 * @throws GemError `unsupported` when a turn has no tokens, `bad-option` when the shapes differ.
 */
export function buildBatch(
  episodes: readonly Episode[],
  advantages: readonly (readonly number[])[],
  options: BatchOptions,
): PolicyDatum[] {
  let transitions = 0;
  episodes.forEach((episode, index) => {
    if (advantages[index]?.length !== episode.turns.length) {
      throw new GemError(
        "bad-option",
        `episode ${index} has ${episode.turns.length} turns but ${advantages[index]?.length ?? "no"} advantages`,
      );
    }
    if (episode.turns.some(({ tokens }) => tokens === undefined)) {
      throw new GemError(
        "unsupported",
        `the policy "${episode.policy}" gives no tokens, so there is nothing to train on`,
        {
          hint: "Collect with the policy of a trainable model: model.policy().",
        },
      );
    }
    transitions += episode.turns.length;
  });
  const weight = 1 / (options.lengthDivisor * transitions);
  return episodes.flatMap((episode, index) =>
    tokenSequences(episode).map(({ ids, turns, logprobs }) => ({
      tokens: ids,
      // The first token of a sequence has nothing before it to be predicted from.
      weights: Float64Array.from(turns, (turn, i) => (turn < 0 || i === 0 ? 0 : weight)),
      advantages: Float64Array.from(turns, (turn) => (turn < 0 ? 0 : advantages[index]![turn]!)),
      logprobs: Float64Array.from(logprobs),
      samplerLogprobs: Float64Array.from(logprobs),
      transitions: new Set(turns.filter((turn) => turn >= 0)).size,
    })),
  );
}

/**
 * The batch with the learner's own log-probabilities as the old ones, and each weight times the truncated importance
 * weight `min(exp(old - sampler), cap)` for what the sampler's numerics did differently.
 *
 * Source: arXiv 2510.01051's trainer (oat, `ppo.py:517-569`, `tis_c = 2`).
 */
export function withOldLogprobs(
  batch: readonly PolicyDatum[],
  old: readonly ArrayLike<number>[],
  cap: number,
): PolicyDatum[] {
  return batch.map((datum, index) => {
    const learner = old[index]!;
    return {
      ...datum,
      weights: datum.weights.map((weight, i) =>
        weight === 0 ? 0 : weight * Math.min(Math.exp(learner[i]! - datum.samplerLogprobs[i]!), cap),
      ),
      logprobs: Float64Array.from(learner),
    };
  });
}
