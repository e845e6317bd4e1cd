import type { Content } from "./content.ts";

/** What the system tells the agent before anything else. */
export interface SystemMessage {
  readonly role: "system";
  readonly content: Content;
}

/** What the environment says. */
export interface UserMessage {
  readonly role: "user";
  readonly content: Content;
}

/** A call of a tool, as a model with native function calling writes it. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The arguments as the model wrote them: JSON text, possibly broken. */
  readonly arguments: string;
}

/** What the agent says. */
export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: string;
  readonly toolCalls?: readonly ToolCall[];
  /** The ids as sampled, stop token included. Training and later prompts use these; text is never tokenised again. */
  readonly tokens?: readonly number[];
}

/** What a tool answers. */
export interface ToolMessage {
  readonly role: "tool";
  readonly content: Content;
  readonly toolCallId: string;
  readonly name: string;
}

/** One entry of a conversation. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/**
 * The canonical history of an episode: it only ever grows at its end. Text concatenation is one rendering of it.
 */
export interface Conversation {
  /** Names the episode, so that a model can find the cache it already filled. */
  readonly id: string;
  readonly messages: readonly Message[];
}

/** A longer conversation; the given one does not change. */
export function extend(conversation: Conversation, ...messages: readonly Message[]): Conversation {
  return { id: conversation.id, messages: [...conversation.messages, ...messages] };
}

/**
 * The conversation cut to its last `turns` turns, a turn being what the agent said and what came back. What stood
 * before the agent first spoke (system message, instructions) always stays.
 */
export function keepLastTurns(conversation: Conversation, turns: number): Conversation {
  const { messages } = conversation;
  const spoke = messages.flatMap((message, index) => (message.role === "assistant" ? [index] : []));
  const first = spoke[0];
  const cut = spoke[spoke.length - turns];
  if (first === undefined || cut === undefined || cut === first) return conversation;
  return { id: conversation.id, messages: [...messages.slice(0, first), ...messages.slice(cut)] };
}
