import type { Conversation } from "@gem-ts/core";
import { SPECIAL_IDS } from "../tokenizer/special-ids.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** A message whose text, tokenised again, would give other ids than were sampled. */
export interface Drift {
  /** Index in the conversation's messages. */
  readonly message: number;
  /** First place, in the message's own ids, where the two differ. */
  readonly position: number;
  /** As sampled, without the stop token. */
  readonly sampled: readonly number[];
  /** As the text encodes. */
  readonly encoded: readonly number[];
}

/**
 * Where training on text, rather than on the stored ids, would train on other tokens than were sampled. A model that
 * writes `h`, `igher` says the same text as one that writes `higher`; only the ids tell what it did. Nothing here is
 * an error: training uses the stored ids. It tells how wrong it would be not to.
 */
export function drift(conversation: Conversation, tokenizer: Tokenizer): Drift[] {
  const found: Drift[] = [];
  conversation.messages.forEach((message, index) => {
    if (message.role !== "assistant" || message.tokens === undefined) return;
    const sampled = message.tokens.at(-1) === SPECIAL_IDS.end ? message.tokens.slice(0, -1) : message.tokens;
    const encoded = tokenizer.encode(message.content);
    const length = Math.max(sampled.length, encoded.length);
    for (let position = 0; position < length; position++) {
      if (sampled[position] === encoded[position]) continue;
      found.push({ message: index, position, sampled, encoded });
      return;
    }
  });
  return found;
}
