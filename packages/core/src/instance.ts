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
  const variant = definition.variants[options.variant];
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
  const draw = typeof variant === "function" ? (rng: Rng) => configure(variant({ rng })) : constant(configure(variant));
  const sequence = options.seed ?? freshSeed();
  createRng(sequence); // refuses a bad seed now, not at the first reset
  const Instance = definition.mode === "async" ? AsyncInstance : SyncInstance;
  return new Instance({ definition, id, style, draw }, sequence) as Env<Mode, "bare"> as Env<
    ModeOf<Definition>,
    "bare"
  >;
}

function constant(config: unknown): () => unknown {
  return () => config;
}

function parseConfig(
  definition: AnyEnvDefinition,
  id: string,
  config: unknown,
  overrides: Readonly<Record<string, Json>>,
): unknown {
  const parsed = definition.config.safeParse({ ...(config as object), ...overrides });
  if (parsed.success) {
    const unknown = Object.keys(overrides).filter((key) => !(key in (parsed.data as object)));
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
    if (options?.seed === undefined) {
      this.#seed = deriveSeed(this.#sequence, "reset", this.#resets);
      this.#resets++;
    } else {
      this.#seed = options.seed;
    }
    const rng = createRng(this.#seed);
    this.context.config = this.#blueprint.draw(rng.split("config"));
    this.context.rng = rng.split("play");
    this.context.turn = 0;
    this.#actionRng = rng.split("action");
    return this.#seed;
  }

  /** Shows the start of the episode that `begin` seeded. */
  protected opened(state: unknown): ResetResult {
    const { context } = this;
    context.state = state;
    this.#status = "running";
    // A stream of its own: the words of a prompt must not change what happens in the game.
    const play = context.rng;
    context.rng = createRng(this.#seed).split("instructions");
    const observation = this.definition.instructions(context);
    context.rng = play;
    return { observation, info: { event: "reset", seed: this.#seed } };
  }

  /** Guards a step and counts the turn. */
  protected enter(): void {
    if (this.#status !== "running") throw notRunning(this.id, this.#status);
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
    if (snapshot.version !== 1 || snapshot.id !== this.id) {
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
    const { context } = this;
    context.config = cloneJson(snapshot.config);
    context.state = cloneJson(snapshot.state);
    context.turn = snapshot.turn;
    context.rng = restoreRng(snapshot.rng);
    this.#actionRng = restoreRng(snapshot.actionRng);
    this.#status = snapshot.status === "closed" ? "ended" : snapshot.status;
    this.#seed = snapshot.seed;
    this.#sequence = snapshot.sequence.seed;
    this.#resets = snapshot.sequence.resets;
  }

  fork(): Env<M, "bare"> {
    const twin = this.twin(this.#blueprint, this.#sequence);
    twin.restore(this.snapshot());
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
    this.enter();
    return this.leave(this.definition.step(this.context.state, action, this.context) as TurnOutcome);
  }

  protected override twin(blueprint: Blueprint, sequence: Seed): SyncInstance {
    return new SyncInstance(blueprint, sequence);
  }
}

class AsyncInstance extends Instance<"async"> {
  readonly mode = "async";

  override async reset(options?: ResetOptions): Promise<ResetResult> {
    this.begin(options);
    return this.opened(await this.definition.start(this.context));
  }

  override async step(action: string): Promise<StepResult> {
    this.enter();
    return this.leave(await this.definition.step(this.context.state, action, this.context));
  }

  protected override twin(blueprint: Blueprint, sequence: Seed): AsyncInstance {
    return new AsyncInstance(blueprint, sequence);
  }
}

const UNSEEDED: Rng = createRng(0);

function closed(id: string): GemError {
  return new GemError("closed", `${id} was closed; make another`);
}

function notRunning(id: string, status: EnvStatus): GemError {
  if (status === "closed") return closed(id);
  return status === "new"
    ? new GemError("step-before-reset", `${id} has not started an episode; call reset() before step()`)
    : new GemError("step-after-end", `the episode of ${id} has ended; call reset() to start another`);
}
