/**
 * Ids that no text encodes to: they come only from the chat rendering and from sampling. An observation that spells
 * `<act>` is spelled out, letter by letter.
 */
export const SPECIAL_IDS = {
  /** Fills batches; never predicted. */
  padding: 0,
  /** Ends what the agent says: the stop token. */
  end: 1,
  /** The agent speaks next. */
  act: 2,
  /** A user message that does not follow the agent, or the conversation's start. */
  user: 3,
  /** A system message. */
  system: 4,
  /** A tool's answer. */
  tool: 5,
} as const;

/** Names of the special ids by id, for people. */
export const SPECIAL_LABELS: readonly string[] = ["<padding>", "<end>", "<act>", "<user>", "<system>", "<tool>"];
