import { z } from "zod";
import type { AnyEnvDefinition, EnvStateContext, ModeOf, TurnOutcome } from "./definition.ts";
import type {
  Closed,
  Env,
  EnvSnapshot,
  EnvStatus,
  Info,
  Mode,
  ResetOptions,
  ResetResult,
  StepResult,
  Style,
} from "./env.ts";
import { GemError } from "./error.ts";
import { cloneJson, type Json } from "./json.ts";
import { createRng, deriveSeed, freshSeed, restoreRng, type Rng, type Seed } from "./rng.ts";
import { requireSnapshot } from "./snapshot.ts";

/** Options of {@link createEnv}. */
export interface CreateEnvOptions {
  /** Which of the definition's variants. */
  readonly variant: string;
  /** Parts of the configuration to change; the whole is validated again. */
  readonly overrides?: Readonly<Record<string, Json>>;
  /** Starts the sequence of seeds that seedless resets follow; fresh by default. */
  readonly seed?: Seed;
  /** `"full"` by default. */
  readonly style?: Style;
}

/**
 * A running instance of one variant of a definition.
 *
 * @throws GemError `unknown-id` for a variant the definition lacks, `bad-config` when the configuration with its
 * overrides does not fit the schema, `unsupported` for a style that is not on offer, `bad-option` for a bad seed.
 */
export function createEnv<Definition extends AnyEnvDefinition>(
  definition: Definition,
  options: CreateEnvOptions,
): Env<ModeOf<Definition>, "bare"> {
  const variant = Object.hasOwn(definition.variants, options.variant)
    ? definition.variants[options.variant]
    : undefined;
  if (variant === undefined) {
    throw new GemError("unknown-id", `${definition.id} has no variant "${options.variant}"`, {
      hint: `It has ${Object.keys(definition.variants).join(", ")}.`,
    });
  }
  const style = options.style ?? "full";
  if (!(definition.styles ?? ["full"]).includes(style)) {
    throw new GemError("unsupported", `${definition.id} has no ${style} prompts`, { hint: 'Use style "full".' });
  }
  const id = `${definition.id}-${options.variant}`;
  const overrides = options.overrides ?? {};
  const configure = (config: unknown): unknown => parseConfig(definition, id, config, overrides);
  const sequence = options.seed ?? freshSeed();
  const trial = createRng(sequence); // refuses a bad seed now, not at the first reset
  const draw = typeof variant === "function" ? (rng: Rng) => configure(variant({ rng })) : constant(configure(variant));
  if (typeof variant === "function") draw(trial); // and bad overrides
  const Instance = definition.mode === "async" ? AsyncInstance : SyncInstance;
  return new Instance({ definition, id, style, draw }, sequence) as Env<Mode, "bare"> as Env<
    ModeOf<Definition>,
    "bare"
  >;
}

/** A copy for each episode: a definition that builds its state from parts of it must not change the next episode. */
function constant(config: unknown): () => unknown {
  return () => cloneJson(config);
}

function parseConfig(
  definition: AnyEnvDefinition,
  id: string,
  config: unknown,
  overrides: Readonly<Record<string, Json>>,
): unknown {
  const parsed = definition.config.safeParse({ ...(config as object), ...overrides });
  if (parsed.success) {
    const unknown = Object.keys(overrides).filter((key) => !Object.hasOwn(parsed.data as object, key));
    if (unknown.length === 0) return parsed.data;
    throw new GemError("bad-config", `${id} has no setting ${unknown.map((key) => `"${key}"`).join(", ")}`, {
      hint: `Its settings are ${Object.keys(parsed.data as object).join(", ")}.`,
    });
  }
  throw new GemError("bad-config", `the configuration of ${id} is not valid: ${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}

/** What all instances made by one call share, forks included. */
interface Blueprint {
  readonly definition: AnyEnvDefinition;
  readonly id: string;
  readonly style: Style;
  readonly draw: (rng: Rng) => unknown;
}

type MutableContext = {
  -readonly [Key in keyof EnvStateContext<unknown, unknown>]: EnvStateContext<unknown, unknown>[Key];
};

abstract class Instance<M extends Mode> implements Env<M, "bare"> {
  abstract readonly mode: M;
  readonly stage = "bare";
  readonly observes = "turn";
  readonly id: string;
  readonly style: Style;
  protected readonly definition: AnyEnvDefinition;
  /** The one context object that every call of the definition gets; no allocation per step. */
  protected readonly context: MutableContext;
  readonly #blueprint: Blueprint;
  #status: EnvStatus = "new";
  #seed: Seed = 0;
  #sequence: Seed;
  #resets = 0;
  #actionRng: Rng = UNSEEDED;

  constructor(blueprint: Blueprint, sequence: Seed) {
    this.#blueprint = blueprint;
    this.definition = blueprint.definition;
    this.id = blueprint.id;
    this.style = blueprint.style;
    this.#sequence = sequence;
    this.context = { config: null, style: blueprint.style, rng: UNSEEDED, turn: 0, state: null };
  }

  abstract reset(options?: ResetOptions): ReturnType<Env<M>["reset"]>;
  abstract step(action: string): ReturnType<Env<M>["step"]>;
  protected abstract twin(blueprint: Blueprint, sequence: Seed): Instance<M>;

  get config(): Json {
    return this.context.config as Json;
  }

  get status(): EnvStatus {
    return this.#status;
  }

  /** Seeds the generators and draws the configuration of a new episode. */
  protected begin(options: ResetOptions | undefined): Seed {
    if (this.#status === "closed") throw closed(this.id);
    const given = options?.seed;
    const seed = given === undefined ? deriveSeed(this.#sequence, "reset", this.#resets) : given;
    const rng = createRng(seed);
    const config = this.#blueprint.draw(rng.split("config"));
    if (given === undefined) this.#resets++;
    this.#seed = seed;
    // Until `opened`, and for good if `start` fails, there is no episode: half of an old one must not go on.
    this.#status = "new";
    this.context.config = config;
    this.context.state = null;
    this.context.rng = rng.split("play");
    this.context.turn = 0;
    this.#actionRng = rng.split("action");
    return this.#seed;
  }

  /** Shows the start of the episode that `begin` seeded. */
  protected opened(state: unknown): ResetResult {
    const { context } = this;
    context.state = state;
    // A stream of its own: the words of a prompt must not change what happens in the game.
    const words = createRng(this.#seed).split("instructions");
    const observation = this.#withRng(words, () => this.definition.instructions(context));
    this.#status = "running";
    return { observation, info: { event: "reset", seed: this.#seed } };
  }

  /** Guards a step and counts the turn. */
  protected enter(action: string): void {
    if (this.#status !== "running") throw notRunning(this.id, this.#status);
    if (typeof action !== "string") {
      throw new GemError("bad-option", `an action is a string, ${this.id} was given ${kindOf(action)}`);
    }
    this.context.turn++;
  }

  /** Turns what the definition said into a step's result. */
  protected leave(outcome: TurnOutcome): StepResult {
    const reward = outcome.reward ?? 0;
    const terminated = outcome.terminated ?? false;
    const truncated = outcome.truncated ?? false;
    if (!Number.isFinite(reward)) {
      throw new GemError("bad-definition", `${this.id} gave the reward ${reward} on turn ${this.context.turn}`);
    }
    const info: { -readonly [Key in keyof Info]: Info[Key] } = { event: outcome.event };
    if (terminated || truncated) {
      this.#status = "ended";
      info.success = outcome.success ?? false;
    }
    if (outcome.metrics !== undefined) info.metrics = outcome.metrics;
    return { observation: outcome.observation, reward, terminated, truncated, info };
  }

  snapshot(): EnvSnapshot {
    const { context } = this;
    return {
      id: this.id,
      version: 1,
      config: cloneJson(context.config as Json),
      style: this.style,
      status: this.#status,
      seed: this.#seed,
      sequence: { seed: this.#sequence, resets: this.#resets },
      turn: context.turn,
      state: cloneJson(context.state as Json),
      rng: context.rng.state(),
      actionRng: this.#actionRng.state(),
      wrappers: [],
    };
  }

  restore(snapshot: EnvSnapshot): void {
    if (this.#status === "closed") throw closed(this.id);
    requireSnapshot(snapshot);
    if (snapshot.id !== this.id) {
      throw new GemError("bad-snapshot", `cannot restore a snapshot of ${snapshot.id} into ${this.id}`, {
        hint: "Make the environment from the snapshot's own id.",
      });
    }
    if (snapshot.wrappers.length > 0) {
      const names = snapshot.wrappers.map((wrapper) => wrapper.name).join(", ");
      throw new GemError("bad-snapshot", `the snapshot holds the state of wrappers that are not here: ${names}`, {
        hint: "Wrap the environment as it was when the snapshot was taken.",
      });
    }
    if (snapshot.status !== "new" && !this.definition.config.safeParse(snapshot.config).success) {
      throw new GemError("bad-snapshot", `the snapshot's configuration does not fit ${this.id}`);
    }
    this.#load(snapshot);
  }

  /** Takes over a snapshot that is known to be one. */
  #load(snapshot: EnvSnapshot): void {
    const { context } = this;
    const rng = restoreRng(snapshot.rng);
    const actionRng = restoreRng(snapshot.actionRng);
    context.config = cloneJson(snapshot.config);
    context.state = cloneJson(snapshot.state);
    context.turn = snapshot.turn;
    context.rng = rng;
    this.#actionRng = actionRng;
    this.#status = snapshot.status === "closed" ? "ended" : snapshot.status;
    this.#seed = snapshot.seed;
    this.#sequence = snapshot.sequence.seed;
    this.#resets = snapshot.sequence.resets;
  }

  fork(): Env<M, "bare"> {
    const twin = this.twin(this.#blueprint, this.#sequence);
    twin.#load(this.snapshot());
    return twin;
  }

  randomAction(): string {
    this.#started("an action");
    return this.#withRng(this.#actionRng, () => this.definition.randomAction(this.context));
  }

  informedAction(): string | undefined {
    const { informedAction } = this.definition;
    if (informedAction === undefined) return undefined;
    this.#started("an action");
    return this.#withRng(this.#actionRng, () => informedAction.call(this.definition, this.context));
  }

  oracle(): string | undefined {
    const { oracle } = this.definition;
    if (oracle === undefined) return undefined;
    this.#started("an oracle's action");
    // The oracle may break ties at random; that must not move the game's own stream.
    return this.#withRng(this.#actionRng, () => oracle.call(this.definition, this.context));
  }

  render(): string {
    this.#started("a picture");
    const { render } = this.definition;
    return render === undefined
      ? JSON.stringify(this.context.state, null, 2)
      : render.call(this.definition, this.context);
  }

  close(): Closed<M> {
    this.#status = "closed";
    return undefined as Closed<M>;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#status = "closed";
    return Promise.resolve();
  }

  #withRng<T>(rng: Rng, run: () => T): T {
    const play = this.context.rng;
    this.context.rng = rng;
    try {
      return run();
    } finally {
      this.context.rng = play;
    }
  }

  #started(what: string): void {
    if (this.#status === "closed") throw closed(this.id);
    if (this.#status === "new")
      throw new GemError("step-before-reset", `${this.id} has no episode to give ${what} for; call reset() first`);
  }
}

class SyncInstance extends Instance<"sync"> {
  readonly mode = "sync";

  override reset(options?: ResetOptions): ResetResult {
    this.begin(options);
    return this.opened(this.definition.start(this.context));
  }

  override step(action: string): StepResult {
    this.enter(action);
    return this.leave(this.definition.step(this.context.state, action, this.context) as TurnOutcome);
  }

  protected override twin(blueprint: Blueprint, sequence: Seed): SyncInstance {
    return new SyncInstance(blueprint, sequence);
  }
}

class AsyncInstance extends Instance<"async"> {
  readonly mode = "async";
  /** The call that has not answered yet. Until it does, the state is the definition's to change. */
  #underWay: "reset" | "step" | undefined;

  override async reset(options?: ResetOptions): Promise<ResetResult> {
    this.#requireIdle("reset");
    this.begin(options);
    const state = await this.#finish("reset", this.definition.start(this.context));
    return this.opened(state);
  }

  override async step(action: string): Promise<StepResult> {
    this.#requireIdle("step");
    this.enter(action);
    return this.leave(await this.#finish("step", this.definition.step(this.context.state, action, this.context)));
  }

  override snapshot(): EnvSnapshot {
    this.#requireIdle("snapshot");
    return super.snapshot();
  }

  override restore(snapshot: EnvSnapshot): void {
    this.#requireIdle("restore");
    super.restore(snapshot);
  }

  #requireIdle(call: string): void {
    if (this.#underWay === undefined || this.status === "closed") return;
    throw new GemError("busy", `${call}() on ${this.id} while its ${this.#underWay}() has not answered`, {
      hint: "Await one call before the next; to play several episodes at once, make or fork an environment for each.",
    });
  }

  async #finish<T>(call: "reset" | "step", answer: T | Promise<T>): Promise<T> {
    this.#underWay = call;
    let value: T;
    try {
      value = await answer;
    } finally {
      this.#underWay = undefined;
    }
    if (this.status === "closed") throw closed(this.id);
    return value;
  }

  protected override twin(blueprint: Blueprint, sequence: Seed): AsyncInstance {
    return new AsyncInstance(blueprint, sequence);
  }
}

const UNSEEDED: Rng = createRng(0);

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
}

function closed(id: string): GemError {
  return new GemError("closed", `${id} was closed; make another`);
}

function notRunning(id: string, status: EnvStatus): GemError {
  if (status === "closed") return closed(id);
  return status === "new"
    ? new GemError("step-before-reset", `${id} has not started an episode; call reset() before step()`)
    : new GemError("step-after-end", `the episode of ${id} has ended; call reset() to start another`);
}
