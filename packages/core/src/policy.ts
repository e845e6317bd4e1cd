import type { Conversation, ToolCall } from "./conversation.ts";
import type { AnyEnv } from "./env.ts";
import type { Rng } from "./rng.ts";

/** What a policy is given beside the conversation. */
export interface ActContext {
  readonly signal: AbortSignal;
  /** The episode's own stream for this policy; use no other source of randomness. */
  readonly rng: Rng;
  /** The live environment, for baselines and people. A model must not look at it. */
  readonly env: Pick<AnyEnv, "id" | "randomAction" | "informedAction" | "oracle" | "render">;
}

/** Token ids and log-probabilities, as sampled. */
export interface SampledTokens {
  /** All ids that the model read. */
  readonly prompt: readonly number[];
  /** Ids that it sampled, the stop token included. */
  readonly completion: readonly number[];
  /** Natural log-probability of each sampled id. */
  readonly logprobs: readonly number[];
}

/**
 * Why a response ended: a stop token, the length limit, or calls of tools. `no-room` means that the conversation has
 * outgrown the model's context and nothing was sampled; a rollout then truncates the episode.
 */
export type FinishReason = "stop" | "length" | "tool-calls" | "no-room";

/** What a policy answers. */
export interface Response {
  readonly text: string;
  readonly tokens?: SampledTokens;
  readonly toolCalls?: readonly ToolCall[];
  readonly finish: FinishReason;
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number };
}

/** Chooses an action for a conversation. Batching is the model's business, not the caller's. */
export interface Policy {
  /** For tables and episodes. */
  readonly name: string;
  act(conversation: Conversation, context: ActContext): Response | Promise<Response>;
}

/** Plays actions in the right format, uniform over sensible moves. */
export function randomPolicy(): Policy {
  return { name: "random", act: (_conversation, { env }) => ({ text: env.randomAction(), finish: "stop" }) };
}

/** Options of {@link informedPolicy}. */
export interface InformedPolicyOptions {
  /** Probability of a random move in place of an informed one; 0 by default. */
  readonly sloppiness?: number;
}

/** Plays moves that fit what was shown, now and then a random one; random moves where the definition has no others. */
export function informedPolicy(options: InformedPolicyOptions = {}): Policy {
  const sloppiness = options.sloppiness ?? 0;
  return {
    name: sloppiness === 0 ? "informed" : `informed (${Math.round(sloppiness * 100)} % random)`,
    act: (_conversation, { env, rng }) => {
      const text = rng.bool(sloppiness) ? env.randomAction() : (env.informedAction() ?? env.randomAction());
      return { text, finish: "stop" };
    },
  };
}

/** Plays the definition's best action; a random one where it has none. */
export function oraclePolicy(): Policy {
  return {
    name: "oracle",
    act: (_conversation, { env }) => ({ text: env.oracle() ?? env.randomAction(), finish: "stop" }),
  };
}
