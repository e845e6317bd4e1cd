/**
 * Transcripts that we play otherwise than GEM on purpose, with the reason, by file and id: `{ Mastermind: { "some-id": "why" } }`.
 * That we guard a step after the end is a rule of the replay and needs no entry.
 */
export const DEVIATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {};
