import type { Conversation, Episode, Message } from "@gem-ts/core";

/**
 * The conversation of an episode up to the agent's last words: what a model's chat renderer needs to encode an episode
 * that somebody without tokens played. For environments whose observations show their own turn alone; where a history
 * wrapper repeats the whole episode in each, every turn is a conversation of its own.
 */
export function episodeConversation(episode: Episode): Conversation {
  const messages = episode.turns.flatMap(({ observation, action, toolCalls }): Message[] => [
    { role: "user", content: observation },
    { role: "assistant", content: action, ...(toolCalls === undefined ? {} : { toolCalls }) },
  ]);
  return { id: `${episode.env}#${episode.seed}`, messages };
}
