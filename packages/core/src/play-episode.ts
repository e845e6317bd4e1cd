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
import { createRng, freshSeed, type Rng, type Seed } from "./rng.ts";

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

/** What one episode is played with. */
export interface Play {
  readonly env: AnyEnv;
  readonly policy: Policy;
  readonly seed: Seed;
  readonly rng: Rng;
  readonly signal: AbortSignal;
  readonly index?: number;
}

/** Plays one episode, whatever goes wrong: it never throws. */
export async function play({ env, policy, seed, rng, signal, index }: Play): Promise<Episode> {
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
    const first = opened instanceof Promise ? await untilAborted(opened, signal) : opened;
    if (first === ABORTED) return end("aborted", false);
    observation = first.observation;
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
      requireResponse(response, policy);
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

/** Blames a policy for what it answered, before an environment trips over it. */
function requireResponse(response: Response, policy: Policy): void {
  const { text, tokens } = (response ?? {}) as Partial<Response>;
  if (typeof text !== "string") {
    throw new GemError(
      "bad-definition",
      `the policy ${policy.name} answered without a text; it must be { text, finish }`,
    );
  }
  const lists = tokens === undefined ? [] : [tokens.prompt, tokens.completion, tokens.logprobs];
  if (!lists.every((list) => Array.isArray(list))) {
    throw new GemError(
      "bad-definition",
      `the policy ${policy.name} gave tokens that lack prompt, completion or logprobs`,
    );
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

/** What was thrown, as the failure of an episode. */
export function failureOf(boundary: Boundary, error: unknown, turn: number): EpisodeFailure {
  const code = GemError.isInstance(error) ? error.code : error instanceof Error ? error.name : "unknown";
  return { boundary, code, message: messageOf(error), turn };
}

/** What {@link untilAborted} gives when the signal fired first. */
export const ABORTED: unique symbol = Symbol("aborted");

/** The promise's value, or `ABORTED` as soon as the signal fires, even if the promise never settles. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | typeof ABORTED> {
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
