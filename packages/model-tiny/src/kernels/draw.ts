import { GemError } from "@gem-ts/core";

/** Which token to draw from, and how. */
export interface DrawRequest {
  /** Which of the wanted tokens of the decoder's last call to go on from: 0 is the first. */
  readonly index: number;
  /** A uniform number in [0, 1); the same number draws the same token. */
  readonly uniform: number;
  /** 0 takes the most likely token, the first of equals; otherwise at least 0.001; 1 by default. */
  readonly temperature?: number;
  /**
   * Keeps the smallest set of most likely tokens with at least this probability, in [0, 1] and after the temperature;
   * tokens as likely as the last of them are kept too. 1, all tokens, by default.
   */
  readonly topP?: number;
}

/** A token and its log-probabilities, in nats. */
export interface Draw {
  readonly token: number;
  /** At temperature 1 over the whole vocabulary: what training computes. */
  readonly logprob: number;
  /** That it was drawn with, after temperature and nucleus; 0 when greedy. */
  readonly behaviourLogprob: number;
}

/** @throws GemError `bad-option` when the uniform number, the temperature or `topP` is out of range. */
export function checkDrawRequest(request: DrawRequest): void {
  const { uniform, temperature = 1, topP = 1 } = request;
  if (!(uniform >= 0 && uniform < 1)) throw new GemError("bad-option", `uniform must be in [0, 1), got ${uniform}`);
  if (!(temperature === 0 || (temperature >= 0.001 && temperature <= 1000))) {
    throw new GemError("bad-option", `temperature must be 0 or from 0.001 to 1000, got ${temperature}`);
  }
  if (!(topP >= 0 && topP <= 1)) throw new GemError("bad-option", `topP must be in [0, 1], got ${topP}`);
}
