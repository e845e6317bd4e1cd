import type { Json } from "@gem-ts/core";
import type { GoldenTranscript } from "./transcript.ts";

/** How the golden transcripts of one game map onto its environment. */
export interface GoldenGame {
  /** Any variant of v0: the parameters of a transcript override its configuration. */
  readonly id: string;
  /** GEM's constructor parameters as our configuration. */
  overrides(params: GoldenTranscript["params"]): Readonly<Record<string, Json>>;
  /** GEM's hidden state at turn 0 as ours. */
  state(transcript: GoldenTranscript): Json;
  /** Our state as the golden step shows it, extras of the step beside `state`; the turn count is compared elsewhere. */
  view(state: Json, before: Json): { readonly state: Readonly<Record<string, Json>>; readonly [extra: string]: Json };
}
