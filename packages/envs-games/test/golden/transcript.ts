import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Json, messageOf } from "@gem-ts/core";

type JsonObject = { readonly [key: string]: Json };

/** One recorded step of GEM; extras of a game (pegs, spawned tiles) stand beside the common fields. */
export interface GoldenStep {
  readonly action: string;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  readonly event: string;
  readonly state: JsonObject;
  /** Set instead of all others when GEM raised. */
  readonly exception?: string;
  readonly [extra: string]: Json | undefined;
}

export interface GoldenTranscript {
  readonly id: string;
  readonly category: string;
  readonly params: JsonObject;
  readonly initial: JsonObject;
  readonly steps: readonly GoldenStep[];
}

export interface GoldenFile {
  /** Name without `.json`. */
  readonly name: string;
  readonly transcripts: readonly GoldenTranscript[];
  /** Why the file could not be read. */
  readonly problem?: string;
}

const FIXTURES = fileURLToPath(new URL("../fixtures/goldens", import.meta.url));

/** The game files of the folder `GOLDENS_DIR`, by default this package's fixtures; other goldens are passed over. */
export function readGoldens(folder: string = process.env["GOLDENS_DIR"] ?? FIXTURES): GoldenFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .flatMap((file) => {
      const name = file.slice(0, -".json".length);
      let content: { game?: string; transcripts?: GoldenTranscript[] } | null;
      try {
        content = JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as typeof content;
      } catch (error) {
        return [{ name, transcripts: [], problem: messageOf(error) }];
      }
      if (content?.game === undefined || content.transcripts === undefined) return [];
      if (!Array.isArray(content.transcripts)) return [{ name, transcripts: [], problem: "transcripts is no list" }];
      return [{ name, transcripts: content.transcripts }];
    });
}
