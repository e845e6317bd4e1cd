import type { z } from "zod";
import type { Content } from "./content.ts";
import type { Mode, Style } from "./env.ts";
import type { Rng } from "./rng.ts";
import { GemError } from "./error.ts";

/** What every function of a definition is given. */
export interface EnvContext<Config> {
  readonly config: Config;
  readonly style: Style;
  /** The episode's own generator. Use no other source of randomness. */
  readonly rng: Rng;
  /** Turns played, the current one included: 0 at `start`, 1 in the first `step`. */
  readonly turn: number;
}

/** {@link EnvContext} with the state. */
export interface EnvStateContext<Config, State> extends EnvContext<Config> {
  readonly state: State;
}

/** What a definition's `step` says about a turn. */
export interface TurnOutcome<Event extends string = string> {
  readonly observation: Content;
  readonly event: Event;
  /** 0 by default; finite. */
  readonly reward?: number;
  /** The task ended by its own rules (won, lost, out of turns). */
  readonly terminated?: boolean;
  /** Something outside the task's rules stopped it. Rare inside a definition. */
  readonly truncated?: boolean;
  /** Whether the agent reached the goal; read when the episode ends, `false` by default. */
  readonly success?: boolean;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** A variant: a configuration, or a function that draws one at each reset (GEM's `-random` variants). */
export type Variant<Config> = Config | ((context: { readonly rng: Rng }) => Config);

/** The loosely typed view of a definition that the runtime works with. */
// oxlint-disable-next-line typescript/no-explicit-any -- existential: the concrete types live inside the definition
export type AnyEnvDefinition = EnvDefinition<string, string, any, any, string, Mode>;

/**
 * What an author writes: pure functions over plain, serialisable state. Seeding, snapshots, forks, guards, replay,
 * vectorisation and servers follow from it.
 */
export interface EnvDefinition<
  Id extends string,
  VariantName extends string,
  Config,
  State,
  Event extends string,
  M extends Mode,
> {
  /** Namespace and name, such as `game:GuessTheNumber`. */
  readonly id: Id;
  /** `"async"` when `start` or `step` return promises; `"sync"` by default. */
  readonly mode?: M;
  /** One sentence for lists. */
  readonly summary: string;
  readonly config: z.ZodType<Config>;
  /** Named configurations. A name starts with its rules' version: `v0`, `v0-hard`, `v1-easy`. */
  readonly variants: Readonly<Record<VariantName, Variant<Config>>>;
  /** What each version of the rules is, such as `{ v0: "GEM's published rules", v1: "no pay for losing" }`. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Every event a step can report, with its meaning. */
  readonly events: Readonly<Record<Event, string>>;
  /** Styles of prompt on offer; `["full"]` by default. */
  readonly styles?: readonly Style[];
  /** Every episode of a variant starts in the same state (a puzzle with one set-up), so seeds need not change it. */
  readonly fixedStart?: boolean;
  /** Lowest and highest return of an episode; `checkEnv` holds play against them. */
  readonly returns?: { readonly min: number; readonly max: number };
  /** Makes the state of a new episode. */
  start(context: EnvContext<Config>): M extends "sync" ? State : State | Promise<State>;
  /** The first observation: the task, its rules, the format of an action. Draws from a stream of its own. */
  instructions(context: EnvStateContext<Config, State>): Content;
  /** Plays one turn; may change `state` in place. Must not throw, whatever the action. */
  step(
    state: State,
    action: string,
    context: EnvContext<Config>,
  ): M extends "sync" ? TurnOutcome<Event> : TurnOutcome<Event> | Promise<TurnOutcome<Event>>;
  /** An action in the right format, uniform over sensible moves. */
  randomAction(context: EnvStateContext<Config, State>): string;
  /**
   * A move drawn at random from those that fit everything the player was shown: what somebody plays who reads the
   * feedback. It never uses what is hidden. Baselines and the transcripts that tiny models start from come from it.
   */
  informedAction?(context: EnvStateContext<Config, State>): string;
  /** A best action, where one is computable. It may use what is hidden. */
  oracle?(context: EnvStateContext<Config, State>): string;
  /** The state as text for people. */
  render?(context: EnvStateContext<Config, State>): string;
}

/** The mode of a definition's environments. */
export type ModeOf<Definition> = Definition extends { readonly mode?: infer M } ? NonNullable<M> & Mode : Mode;

/** Definition fields that are the same for both modes. */
interface DefinitionInput<
  Id extends string,
  VariantName extends string,
  Config,
  State,
  Event extends string,
> extends Omit<EnvDefinition<Id, VariantName, Config, State, Event, "sync">, "start" | "step" | "variants" | "mode"> {
  readonly variants: Readonly<Record<VariantName, Variant<NoInfer<Config>>>>;
}

const isText = (value: unknown): boolean => typeof value === "string";
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
const isFunction = (value: unknown): boolean => typeof value === "function";

/** What no definition can do without; the types say so, but a pack may come from plain JavaScript. */
const PARTS: readonly (readonly [keyof AnyEnvDefinition, (value: unknown) => boolean])[] = [
  ["summary", isText],
  ["config", (value) => isObject(value) && isFunction((value as { readonly safeParse?: unknown }).safeParse)],
  ["variants", isObject],
  ["events", isObject],
  ["start", isFunction],
  ["instructions", isFunction],
  ["step", isFunction],
  ["randomAction", isFunction],
];

const ID = /^[A-Za-z0-9_.@/-]+:[A-Za-z0-9_.-]+$/;
const VARIANT = /^v\d+(-[a-z0-9][a-z0-9-]*)?$/;

/**
 * Declares an environment.
 *
 * @throws GemError `bad-definition` when the id, a variant's name or a style is malformed, or a part is missing.
 */
// The synchronous signature stands last: the compiler explains a mistake by the last one, and most are synchronous.
export function defineEnv<
  const Id extends string,
  const VariantName extends string,
  Config,
  State,
  const Event extends string,
>(
  definition: DefinitionInput<Id, VariantName, Config, State, Event> & {
    readonly mode: "async";
    start(context: EnvContext<Config>): State | Promise<State>;
    step(
      state: State,
      action: string,
      context: EnvContext<Config>,
    ): TurnOutcome<NoInfer<Event>> | Promise<TurnOutcome<NoInfer<Event>>>;
  },
): EnvDefinition<Id, VariantName, Config, State, Event, "async">;
export function defineEnv<
  const Id extends string,
  const VariantName extends string,
  Config,
  State,
  const Event extends string,
>(
  definition: DefinitionInput<Id, VariantName, Config, State, Event> & {
    readonly mode?: "sync";
    start(context: EnvContext<Config>): State;
    step(state: State, action: string, context: EnvContext<Config>): TurnOutcome<NoInfer<Event>>;
  },
): EnvDefinition<Id, VariantName, Config, State, Event, "sync">;
export function defineEnv(definition: AnyEnvDefinition): AnyEnvDefinition {
  if (typeof definition !== "object" || definition === null) {
    throw new GemError("bad-definition", `a definition is an object, got ${String(definition)}`);
  }
  const { id, variants, styles, events } = definition;
  if (typeof id !== "string" || !ID.test(id)) {
    throw new GemError("bad-definition", `"${String(id)}" is not an environment id`, {
      hint: 'Write "namespace:Name", such as "game:GuessTheNumber"; the variants add "-v0" and the like.',
    });
  }
  const missing = PARTS.filter(([part, isThere]) => !isThere(definition[part])).map(([part]) => part);
  if (missing.length > 0) {
    throw new GemError("bad-definition", `${id} lacks ${missing.join(", ")}`, {
      hint: "A definition has id, summary, config, variants, events, start, instructions, step and randomAction.",
    });
  }
  const names = Object.keys(variants);
  if (names.length === 0) throw new GemError("bad-definition", `${id} has no variants; give at least "v0"`);
  for (const name of names) {
    if (!VARIANT.test(name)) {
      throw new GemError("bad-definition", `${id}: "${name}" is not a variant's name`, {
        hint: 'A variant starts with the version of its rules: "v0", "v0-hard", "v1-easy".',
      });
    }
  }
  if (Object.keys(events).length === 0) throw new GemError("bad-definition", `${id} lists no events`);
  if (styles !== undefined && !styles.includes("full")) {
    throw new GemError("bad-definition", `${id}: styles must include "full"`);
  }
  return definition;
}

/** Every full id of a definition: `game:GuessTheNumber-v0-easy`, ... */
export function variantIds(definition: AnyEnvDefinition): string[] {
  return Object.keys(definition.variants).map((name) => `${definition.id}-${name}`);
}
