/**
 * The one error class of the project. What a *model* does wrong is never an error: it is data (a reward and an event).
 * These are mistakes of a programmer, of a set-up, or of the machine.
 */

/** Every cause a {@link GemError} can name. */
export type GemErrorCode =
  /** No pack offers an environment, variant, tool, model or algorithm of that name. */
  | "unknown-id"
  /** A configuration does not fit its schema. */
  | "bad-config"
  /** An option, flag or argument is out of its range or of the wrong kind. */
  | "bad-option"
  /** A definition (environment, pack, tool) breaks the contract. */
  | "bad-definition"
  /** A snapshot is not one, or belongs to another environment. */
  | "bad-snapshot"
  /** `step` before the first `reset`. */
  | "step-before-reset"
  /** `step` after the episode ended. */
  | "step-after-end"
  /** The object was closed. */
  | "closed"
  /** An asynchronous call has not answered yet, and only one can be under way. */
  | "busy"
  /** Wrappers in an order that cannot work. */
  | "wrong-order"
  /** The thing exists but cannot do what was asked (no oracle, no compact prompt, no such backend). */
  | "unsupported"
  /** A file or stream does not hold what it should. */
  | "corrupt-file"
  /** A file or folder is not there. */
  | "not-found"
  /** Reading or writing failed (disk full, no permission). */
  | "io-failed"
  /** A part took longer than its deadline. */
  | "timed-out"
  /** Somebody's signal stopped the work. */
  | "aborted"
  /** A worker, process or remote died or broke its protocol. */
  | "peer-failed";

const BRAND = Symbol.for("@gem-ts/core/GemError");

/** Options of {@link GemError}. */
export interface GemErrorOptions {
  /** What made it happen. */
  readonly cause?: unknown;
  /** How to mend it, one sentence; printed after the message. */
  readonly hint?: string;
}

/** An error with a stable code and, where there is one, the way out. */
export class GemError extends Error {
  override readonly name = "GemError";
  readonly code: GemErrorCode;
  /** How to mend it. */
  readonly hint: string | undefined;

  constructor(code: GemErrorCode, message: string, options: GemErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Tells a `GemError` even when two copies of this package are installed, where `instanceof` fails. */
  static isInstance(value: unknown): value is GemError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
