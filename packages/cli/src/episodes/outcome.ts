import type { Episode } from "@gem-ts/core";

/** How an episode ended, in a few words: `won in 5 turns`, `lost after 7 turns`, `failed: ...`. */
export function describeOutcome(episode: Episode): string {
  const turns = `${episode.turns.length} ${episode.turns.length === 1 ? "turn" : "turns"}`;
  if (episode.outcome === "failed") {
    const { failure } = episode;
    return failure === undefined
      ? `failed after ${turns}`
      : `failed (${failure.boundary}, ${failure.code}): ${failure.message}`;
  }
  if (episode.outcome === "aborted") return `stopped after ${turns}`;
  if (episode.success) return `won in ${turns}`;
  return episode.outcome === "truncated" ? `cut off after ${turns}` : `lost after ${turns}`;
}
