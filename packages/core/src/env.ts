import type { Content } from "./content.ts";
import type { Json } from "./json.ts";
import type { RngState, Seed } from "./rng.ts";

/** Whether an environment answers at once or by promise. */
export type Mode = "sync" | "async";

/** `T` from a synchronous environment, a promise of it from an asynchronous one. */
export type Timed<M extends Mode, T> = M extends "sync" ? T : Promise<T>;

/** What closing an environment returns: nothing, or for an asynchronous one perhaps a promise of it. */
export type Closed<M extends Mode> = M extends "sync" ? void : void | Promise<void>;

/**
 * What the outermost wrapper made of an environment. Wrappers go in this order and the types refuse any other:
 * tools act on the bare environment, history renders what tools said, tracking counts what was really seen.
 */
export type Stage = "bare" | "tools" | "history" | "tracked";

/**
 * How the words of a prompt are chosen. `full` explains the task to a person or a large model; `compact` says the same
 * in a handful of words for tiny models. State, rewards and rules are the same.
 */
export type Style = "full" | "compact";

/** What came with an observation. */
export interface Info {
  /** What happened, from the closed list of the definition; `reset` after a reset. */
  readonly event: string;
  /** Set at the end of an episode: did the agent do what was asked? */
  readonly success?: boolean;
  /** Numbers worth averaging over episodes. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Whatever wrappers add (counters, the parsed action). */
  readonly [key: string]: unknown;
}

/** What `reset` returns. */
export interface ResetResult {
  readonly observation: Content;
  readonly info: Info & {
    /** The seed of this episode: `reset({ seed })` with it plays the same episode again. */
    readonly seed: Seed;
  };
}

/** What `step` returns, as in Gymnasium. */
export interface StepResult {
  readonly observation: Content;
  /** Finite; the reward of this turn alone. */
  readonly reward: number;
  /** The task ended by its own rules, a turn cap told to the player among them. */
  readonly terminated: boolean;
  /** Something outside the task stopped it: a limit wrapper, a token cap, a deadline, an abort. */
  readonly truncated: boolean;
  readonly info: Info;
}

/** Options of `reset`. */
export interface ResetOptions {
  /**
   * Seed of the episode. Without it the environment takes the next seed of the sequence that the seed given to `make`
   * starts, or a fresh one; `info.seed` reports it either way.
   */
  readonly seed?: Seed;
}

/** Where an episode stands. */
export type EnvStatus = "new" | "running" | "ended" | "closed";

/** An environment's whole state as plain JSON: store it, send it, restore it elsewhere. */
export interface EnvSnapshot {
  /** Id of the environment, variant included. */
  readonly id: string;
  /** Version of this layout. */
  readonly version: 1;
  readonly config: Json;
  readonly style: Style;
  readonly status: EnvStatus;
  /** Seed of the current episode. */
  readonly seed: Seed;
  /** Seed of the sequence that seedless resets follow, and how many resets there were. */
  readonly sequence: { readonly seed: Seed; readonly resets: number };
  /** Turns played in this episode. */
  readonly turn: number;
  readonly state: Json;
  readonly rng: RngState;
  readonly actionRng: RngState;
  /** State of the wrappers, innermost first. */
  readonly wrappers: readonly { readonly name: string; readonly state: Json }[];
}

/** A running instance of an environment: one episode at a time. */
export interface Env<M extends Mode = Mode, S extends Stage = Stage> {
  /** Full id, such as `game:GuessTheNumber-v0-hard`. */
  readonly id: string;
  readonly mode: M;
  readonly stage: S;
  /** Whether an observation shows its own turn alone, or, through a history wrapper, the whole episode so far. */
  readonly observes: "turn" | "episode";
  readonly style: Style;
  /** Configuration of the current episode; a random variant draws another at each reset. */
  readonly config: Json;
  readonly status: EnvStatus;
  /** Starts an episode. */
  reset(options?: ResetOptions): Timed<M, ResetResult>;
  /**
   * Plays one turn. Any string is a legal action; what a model does wrong comes back as a reward and an event.
   * @throws GemError `step-before-reset`, `step-after-end`, `closed`, or `busy` while an asynchronous call has not
   * answered (`reset`, `snapshot`, `restore` and `fork` too); `bad-option` for an action that is no string.
   */
  step(action: string): Timed<M, StepResult>;
  /** The whole state, wrappers included. */
  snapshot(): EnvSnapshot;
  /**
   * Goes back (or over) to a snapshot of an environment with the same id and wrappers. The layout and the configuration
   * are checked; `state` is the definition's own and is taken as it is.
   * @throws GemError `bad-snapshot`.
   */
  restore(snapshot: EnvSnapshot): void;
  /** An independent twin in the same state. */
  fork(): Env<M, S>;
  /** An action in the right format, uniform over sensible moves. Draws from a stream of its own. */
  randomAction(): string;
  /** A move that fits everything the player was shown, or `undefined` where the definition has none. */
  informedAction(): string | undefined;
  /** A best action for the current state, or `undefined` where the definition has none. */
  oracle(): string | undefined;
  /** The state as text for people. */
  render(): string;
  /** Frees what the environment holds. Closing twice is fine. */
  close(): Closed<M>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An environment of a type that the caller does not know. Awaiting its answers works for both modes. */
export type AnyEnv = Env<Mode, Stage>;
