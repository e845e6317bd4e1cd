import { type Conversation, type Episode, type Message, textOf } from "@gem-ts/core";
import type { TinyModel } from "@gem-ts/model-tiny";
import type { EpisodeEncoder } from "@gem-ts/trainer-reinforce-rebn";

/** An episode as the conversation that a policy would have had, up to the last thing it said. */
function conversationOf(episode: Episode): Conversation {
  const messages = episode.turns.flatMap(({ observation, action }): Message[] => [
    { role: "user", content: observation },
    { role: "assistant", content: action },
  ]);
  return { id: `transcript ${episode.env} ${episode.seed}`, messages };
}

/** Every piece of text in an episode. */
export function textsOf(episode: Episode): string[] {
  return episode.turns.flatMap(({ observation, action }) => [textOf(observation), action]);
}

/** Renders episodes for imitation as the policy of `model` would read them; longer ones than it can read are cut off. */
export function transcriptEncoder(model: TinyModel): EpisodeEncoder {
  return (episode) => {
    const { ids, spoken } = model.chat.transcript(conversationOf(episode));
    return {
      tokens: ids.slice(0, model.context),
      trained: spoken.slice(0, model.context).map((speaker) => speaker >= 0),
    };
  };
}
