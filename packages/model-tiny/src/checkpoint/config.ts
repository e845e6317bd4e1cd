import { z } from "zod";
import type { Architecture } from "../architecture.ts";

/** Size and SHA-256 of a file, by which a save that was cut short is told from a whole one. */
export interface FileDigest {
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** What `config.json` of a checkpoint holds. */
export interface CheckpointConfig {
  readonly format: "gem-tiny";
  readonly version: 1;
  readonly architecture: Architecture;
  /** The other files. Absent in a folder that another tool wrote: then whatever lies there is taken as it is. */
  readonly files?: Readonly<Record<string, FileDigest>> | undefined;
}

const size = z.int().positive();
const architecture: z.ZodType<Architecture> = z.strictObject({
  layers: size,
  width: size,
  heads: size,
  context: size,
  vocabulary: size,
});
const digest: z.ZodType<FileDigest> = z.strictObject({
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Schema of `config.json`. */
export const configSchema: z.ZodType<CheckpointConfig> = z.strictObject({
  format: z.literal("gem-tiny"),
  version: z.literal(1),
  architecture,
  files: z.record(z.string(), digest).optional(),
});
