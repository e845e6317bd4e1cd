import { type Episode, textOf } from "@gem-ts/core";
import type { TinyModel } from "@gem-ts/model-tiny";
import { type EpisodeEncoder, episodeConversation } from "@gem-ts/trainer-reinforce-rebn";

/** Every piece of text in an episode. */
export function textsOf(episode: Episode): string[] {
  return episode.turns.flatMap(({ observation, action }) => [textOf(observation), action]);
}

/** Renders episodes for imitation as the policy of `model` would read them; longer ones than it can read are cut off. */
export function transcriptEncoder(model: TinyModel): EpisodeEncoder {
  return (episode) => {
    const { ids, spoken } = model.chat.transcript(episodeConversation(episode));
    return {
      tokens: ids.slice(0, model.context),
      trained: spoken.slice(0, model.context).map((speaker) => speaker >= 0),
    };
  };
}
