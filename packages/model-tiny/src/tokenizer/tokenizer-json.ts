import { GemError, messageOf } from "@gem-ts/core";
import { z } from "zod";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

/** What `tokenizer.json` holds. The ids below the pieces are fixed by the version. */
export interface TokenizerJson {
  readonly format: "gem-tiny-tokenizer";
  readonly version: 1;
  /** By id, upwards. */
  readonly pieces: readonly string[];
}

const schema: z.ZodType<TokenizerJson> = z.strictObject({
  format: z.literal("gem-tiny-tokenizer"),
  version: z.literal(1),
  pieces: z.array(z.string()),
});

/** The JSON form of a tokenizer. */
export function tokenizerToJson(tokenizer: Tokenizer): TokenizerJson {
  return { format: "gem-tiny-tokenizer", version: 1, pieces: tokenizer.pieces };
}

/**
 * The tokenizer of its JSON form.
 * @param file Named in the error.
 * @throws GemError `corrupt-file`.
 */
export function tokenizerFromJson(json: unknown, file = "tokenizer.json"): Tokenizer {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new GemError("corrupt-file", `${file} is not a tokenizer: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
    });
  try {
    return createTokenizer(parsed.data.pieces);
  } catch (error) {
    throw new GemError("corrupt-file", `${file} is not a tokenizer: ${messageOf(error)}`, { cause: error });
  }
}
