import { GemError, type SampleRequest } from "@gem-ts/core";

/** What a request must fit. */
export interface RequestLimits {
  readonly context: number;
  /** Ids of the tokenizer. */
  readonly tokens: number;
}

/** @throws GemError `bad-option` that names what is wrong with a request. */
export function checkSampleRequest(request: SampleRequest, { context, tokens }: RequestLimits): void {
  const { prompt, maxTokens, temperature = 1, topP = 1, seed, stop = [] } = request;
  const bad = (what: string): GemError => new GemError("bad-option", what);
  if (prompt.length === 0) throw bad("a prompt must have at least one token");
  if (prompt.length >= context) {
    throw new GemError("bad-option", `a prompt of ${prompt.length} tokens leaves no room in a context of ${context}`, {
      hint: "Shorten the conversation (keepLastTurns), or take a model with a longer context.",
    });
  }
  for (const id of prompt)
    if (!(Number.isInteger(id) && id >= 0 && id < tokens))
      throw bad(`token ids are 0 to ${tokens - 1}, the prompt holds ${id}`);
  for (const id of stop)
    if (!(Number.isInteger(id) && id >= 0 && id < tokens))
      throw bad(`token ids are 0 to ${tokens - 1}, the stop tokens hold ${id}`);
  if (!(Number.isInteger(maxTokens) && maxTokens >= 1))
    throw bad(`maxTokens must be a whole number of at least 1, got ${maxTokens}`);
  if (!(temperature === 0 || (temperature >= 0.001 && temperature <= 1000)))
    throw bad(`temperature must be 0 or from 0.001 to 1000, got ${temperature}`);
  if (!(topP > 0 && topP <= 1)) throw bad(`topP must be above 0 and at most 1, got ${topP}`);
  if (!(Number.isSafeInteger(seed) && seed >= 0))
    throw bad(`a seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got ${seed}`);
}
