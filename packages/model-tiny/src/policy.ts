import { type ModelPolicyOptions, type Policy, type TrainableModel } from "@gem-ts/core";
import type { ChatRenderer } from "./chat/chat-ids.ts";
import { SPECIAL_IDS } from "./tokenizer/special-ids.ts";
import type { Tokenizer } from "./tokenizer/tokenizer.ts";

/** Longest response of a policy, in tokens, unless told otherwise. Actions of compact environments take 2 to 10. */
export const DEFAULT_MAX_TOKENS = 24;

/** A policy that reads and speaks through `model`. Each response draws its seed from the context's stream. */
export function modelPolicy(
  model: TrainableModel & { readonly tokenizer: Tokenizer },
  chat: ChatRenderer,
  options: ModelPolicyOptions,
): Policy {
  const { temperature = 1, topP = 1, maxTokens = DEFAULT_MAX_TOKENS, name = model.name } = options;
  return {
    name,
    async act(conversation, { signal, rng }) {
      const prompt = chat.prompt(conversation);
      if (prompt.length >= model.context) {
        return { text: "", finish: "no-room", usage: { promptTokens: prompt.length, completionTokens: 0 } };
      }
      const seed = rng.int(0, Number.MAX_SAFE_INTEGER);
      const { tokens, logprobs, finish } = await model.sample({
        prompt,
        maxTokens,
        temperature,
        topP,
        seed,
        conversation: conversation.id,
        signal,
        stop: STOP,
      });
      return {
        text: model.tokenizer.decode(tokens.at(-1) === SPECIAL_IDS.end ? tokens.slice(0, -1) : tokens),
        tokens: { prompt, completion: tokens, logprobs },
        finish,
        usage: { promptTokens: prompt.length, completionTokens: tokens.length },
      };
    },
  };
}

const STOP: readonly number[] = [SPECIAL_IDS.end];
