import { type AssistantMessage, type Conversation, type Message, textOf } from "@gem-ts/core";
import { SPECIAL_IDS } from "../tokenizer/special-ids.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** Renders conversations for one tokenizer. */
export interface ChatRenderer {
  /**
   * The ids that the model reads before it speaks:
   *
   * | message | ids |
   * |---|---|
   * | user, at the start or after the agent | its text |
   * | user, elsewhere | `<user>`, its text |
   * | system, tool | `<system>` or `<tool>`, its text |
   * | assistant | `<act>`, its ids as sampled (without them, its text), and `<end>` unless they end with it |
   * | (the end) | `<act>` |
   *
   * A turn of a game thus costs two ids beside the observation and the action. A conversation that grows at its end
   * gives ids that grow at their end: what was sampled stays what was sampled.
   */
  prompt(conversation: Conversation): number[];
  /** The ids of a conversation that ends with the agent's words, for supervised training; without the last `<act>`. */
  transcript(conversation: Conversation): Transcript;
}

/** A conversation as ids. */
export interface Transcript {
  readonly ids: readonly number[];
  /** For each id, the index of the assistant message that says it (its `<end>` included); -1 for all others. */
  readonly spoken: readonly number[];
}

/** A renderer that remembers the ids of the messages it has seen, so that a long conversation is encoded once. */
export function createChatRenderer(tokenizer: Tokenizer): ChatRenderer {
  const seen = new WeakMap<Message, readonly number[]>();
  const textIds = (message: Exclude<Message, AssistantMessage>): readonly number[] => {
    let ids = seen.get(message);
    if (ids === undefined) seen.set(message, (ids = tokenizer.encode(textOf(message.content))));
    return ids;
  };
  const spokenIds = (message: AssistantMessage): readonly number[] => {
    if (message.tokens !== undefined) return message.tokens;
    let ids = seen.get(message);
    if (ids === undefined) seen.set(message, (ids = tokenizer.encode(spokenText(message))));
    return ids;
  };

  const render = ({ messages }: Conversation, each: (id: number, speaker: number) => void): void => {
    messages.forEach((message, index) => {
      if (message.role === "assistant") {
        each(SPECIAL_IDS.act, -1);
        const ids = spokenIds(message);
        for (const id of ids) each(id, index);
        // A response cut by its length has no end of its own; the agent did not say this one.
        if (ids.at(-1) !== SPECIAL_IDS.end) each(SPECIAL_IDS.end, message.tokens === undefined ? index : -1);
        return;
      }
      const follows = index === 0 || messages[index - 1]!.role === "assistant";
      if (message.role !== "user" || !follows) each(SPECIAL_IDS[message.role], -1);
      for (const id of textIds(message)) each(id, -1);
    });
  };

  return {
    prompt(conversation) {
      const ids: number[] = [];
      render(conversation, (id) => ids.push(id));
      ids.push(SPECIAL_IDS.act);
      return ids;
    },
    transcript(conversation) {
      const ids: number[] = [];
      const spoken: number[] = [];
      render(conversation, (id, speaker) => {
        ids.push(id);
        spoken.push(speaker);
      });
      return { ids, spoken };
    },
  };
}

/** What an assistant message says: its text and, in Hermes form, the calls it makes natively. */
function spokenText(message: AssistantMessage): string {
  const calls = (message.toolCalls ?? []).map(
    (call) => `<tool_call>{"name": ${JSON.stringify(call.name)}, "arguments": ${call.arguments}}</tool_call>`,
  );
  return [message.content, ...calls].filter((part) => part !== "").join("\n");
}
