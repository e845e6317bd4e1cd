import type { Content } from "./content.ts";
import type { ToolCall } from "./conversation.ts";
import type { Json } from "./json.ts";
import type { Seed } from "./rng.ts";

/** The tokens of one turn, exactly as they went through the model. */
export interface TurnTokens {
  /**
   * Whether this turn's prompt starts with all tokens of the turn before it (its prompt, then its completion).
   * `prompt` then holds only what came after them; otherwise it holds the whole prompt.
   */
  readonly continues: boolean;
  /** Prompt ids that are new in this turn. */
  readonly prompt: readonly number[];
  /** Sampled ids, the stop token included. */
  readonly completion: readonly number[];
  /** Natural log of the probability that each id of `completion` was drawn with; same length. */
  readonly logprobs: readonly number[];
}

/** One observation, the action taken on it, and what came of it. */
export interface Turn {
  readonly observation: Content;
  /** The whole text of the response. */
  readonly action: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly reward: number;
  readonly event: string;
  readonly metrics?: Readonly<Record<string, number>>;
  /** Present when the policy is a token-level model. */
  readonly tokens?: TurnTokens;
}

/** Why an episode ended. */
export type EpisodeOutcome = "terminated" | "truncated" | "failed" | "aborted";

/** The part of the system that a failure is blamed on. */
export type Boundary = "policy" | "env" | "tool" | "sandbox";

/** What went wrong in a failed episode. */
export interface EpisodeFailure {
  readonly boundary: Boundary;
  readonly code: string;
  readonly message: string;
  /** Turn during which it happened, from 0; -1 at reset. */
  readonly turn: number;
}

/** The turns from one reset, the seed, and why it ended. Plain JSON. */
export interface Episode {
  /** Version of this layout. */
  readonly version: 1;
  /** Full id of the environment. */
  readonly env: string;
  readonly seed: Seed;
  readonly config: Json;
  /** Name of the policy. */
  readonly policy: string;
  /** Position in the rollout that made it, from 0; absent for an episode played by hand. */
  readonly index?: number;
  readonly turns: readonly Turn[];
  /** What the environment said after the last action. */
  readonly finalObservation: Content;
  readonly outcome: EpisodeOutcome;
  readonly success: boolean;
  /** Undiscounted sum of the rewards. */
  readonly return: number;
  readonly failure?: EpisodeFailure;
}

/** An episode with its return added up. */
export function createEpisode(parts: Omit<Episode, "version" | "return">): Episode {
  let total = 0;
  for (const turn of parts.turns) total += turn.reward;
  return { version: 1, ...parts, return: total };
}

/** All tokens of a run of turns that continue one another, with what training needs to know about each. */
export interface TokenSequence {
  readonly ids: readonly number[];
  /** Turn (index in `Episode.turns`) that sampled each id; -1 for ids of prompts. */
  readonly turns: readonly number[];
  /** Log-probability at sampling time; 0 for ids of prompts. */
  readonly logprobs: readonly number[];
}

/** The token sequences of an episode: one for all turns of an append-only conversation, more where a prompt started over. */
export function tokenSequences(episode: Episode): TokenSequence[] {
  const sequences: { ids: number[]; turns: number[]; logprobs: number[] }[] = [];
  episode.turns.forEach(({ tokens }, turn) => {
    if (tokens === undefined) return;
    let sequence = sequences.at(-1);
    if (!tokens.continues || sequence === undefined) sequences.push((sequence = { ids: [], turns: [], logprobs: [] }));
    for (const id of tokens.prompt) {
      sequence.ids.push(id);
      sequence.turns.push(-1);
      sequence.logprobs.push(0);
    }
    tokens.completion.forEach((id, k) => {
      sequence.ids.push(id);
      sequence.turns.push(turn);
      sequence.logprobs.push(tokens.logprobs[k]!);
    });
  });
  return sequences;
}
