import type {
  AnyEnv,
  Env,
  EnvSnapshot,
  EnvStatus,
  Mode,
  ResetOptions,
  ResetResult,
  Stage,
  StepResult,
  Style,
} from "./env.ts";
import { GemError } from "./error.ts";
import { cloneJson, type Json } from "./json.ts";
import { requireSnapshot } from "./snapshot.ts";

/**
 * A function from environment to environment. `From` lists the stages it accepts, `To` is the stage it makes
 * (`"same"` leaves it). Apply wrappers with `pipe`, which checks their order in the types.
 */
export interface Wrapper<From extends Stage = Stage, To extends Stage | "same" = "same"> {
  (env: AnyEnv): AnyEnv;
  /** Types only. */
  readonly accepts?: (stage: From) => void;
  /** Types only. */
  readonly makes?: To;
}

/** What {@link defineWrapper} needs. `own` is the wrapper's state of the episode: plain JSON, which the functions may change. */
export interface WrapperDefinition<Own> {
  /** Kebab-case; stands in snapshots and messages. */
  readonly name: string;
  /** Stages it can stand on; all but `tracked` by default. */
  readonly accepts?: readonly Stage[];
  /** Stage it makes; the inner one by default. */
  readonly makes?: Stage;
  /** Set by wrappers whose observations show the whole episode. */
  readonly observes?: "episode";
  /** State at the start of each episode. */
  start(): Own;
  /** Called with each reset's result. */
  reset?(result: ResetResult, own: Own, env: AnyEnv): ResetResult;
  /** Changes an action on its way in. */
  act?(action: string, own: Own): string;
  /** Called with each step's result and the action that the caller gave. */
  step?(result: StepResult, action: string, own: Own, env: AnyEnv): StepResult;
}

const DEFAULT_ACCEPTS: readonly Stage[] = ["bare", "tools", "history"];

/**
 * Makes a wrapper from pure functions. Synchronous environments stay synchronous; snapshots, forks and guards are
 * taken care of. A step that the wrapper marks terminated or truncated ends the wrapped episode.
 */
export function defineWrapper<
  Own,
  From extends Stage = "bare" | "tools" | "history",
  To extends Stage | "same" = "same",
>(definition: WrapperDefinition<Own>): Wrapper<From, To> {
  return (env) => {
    const accepts = definition.accepts ?? DEFAULT_ACCEPTS;
    if (!accepts.includes(env.stage)) {
      throw new GemError("wrong-order", `${definition.name} cannot wrap an environment at the stage "${env.stage}"`, {
        hint: "Order wrappers: tools, then history, then tracking.",
      });
    }
    return new Wrapped<Own>(env, definition);
  };
}

class Wrapped<Own> implements Env<Mode, Stage> {
  readonly id: string;
  readonly mode: Mode;
  readonly stage: Stage;
  readonly observes: "turn" | "episode";
  readonly style: Style;
  readonly #inner: AnyEnv;
  readonly #definition: WrapperDefinition<Own>;
  #own: Own;
  #ended = false;

  constructor(inner: AnyEnv, definition: WrapperDefinition<Own>) {
    this.#inner = inner;
    this.#definition = definition;
    this.#own = definition.start();
    this.id = inner.id;
    this.mode = inner.mode;
    this.stage = definition.makes ?? inner.stage;
    this.observes = definition.observes ?? inner.observes;
    this.style = inner.style;
  }

  get config(): Json {
    return this.#inner.config;
  }

  get status(): EnvStatus {
    const { status } = this.#inner;
    return status === "running" && this.#ended ? "ended" : status;
  }

  reset(options?: ResetOptions): ResetResult | Promise<ResetResult> {
    return after(this.#inner.reset(options), (result) => {
      this.#own = this.#definition.start();
      this.#ended = false;
      return this.#definition.reset?.(result, this.#own, this.#inner) ?? result;
    });
  }

  step(action: string): StepResult | Promise<StepResult> {
    if (this.#ended && this.#inner.status === "running") {
      const error = new GemError(
        "step-after-end",
        `${this.#definition.name} ended the episode of ${this.id}; call reset() to start another`,
      );
      if (this.mode === "async") return Promise.reject(error);
      throw error;
    }
    const sent = this.#definition.act?.(action, this.#own) ?? action;
    return after(this.#inner.step(sent), (result) => {
      const seen = this.#definition.step?.(result, action, this.#own, this.#inner) ?? result;
      this.#ended = seen.terminated || seen.truncated;
      return seen;
    });
  }

  snapshot(): EnvSnapshot {
    const inner = this.#inner.snapshot();
    const state = { own: cloneJson(this.#own) as Json, ended: this.#ended };
    return { ...inner, wrappers: [...inner.wrappers, { name: this.#definition.name, state }] };
  }

  restore(snapshot: EnvSnapshot): void {
    requireSnapshot(snapshot);
    const wrappers = [...snapshot.wrappers];
    const mine = wrappers.pop();
    if (mine?.name !== this.#definition.name) {
      throw new GemError(
        "bad-snapshot",
        `the snapshot has ${mine?.name ?? "no wrapper"} where the environment has ${this.#definition.name}`,
        {
          hint: "Wrap the environment as it was when the snapshot was taken.",
        },
      );
    }
    const { own, ended } = (mine.state ?? {}) as { readonly own?: Own; readonly ended?: unknown };
    if (own === undefined || typeof ended !== "boolean") {
      throw new GemError("bad-snapshot", `the snapshot's state of ${this.#definition.name} is not one`);
    }
    this.#inner.restore({ ...snapshot, wrappers });
    this.#own = cloneJson(own);
    this.#ended = ended;
  }

  fork(): Env<Mode, Stage> {
    const twin = new Wrapped<Own>(this.#inner.fork(), this.#definition);
    twin.#own = cloneJson(this.#own);
    twin.#ended = this.#ended;
    return twin;
  }

  randomAction(): string {
    return this.#inner.randomAction();
  }

  informedAction(): string | undefined {
    return this.#inner.informedAction();
  }

  oracle(): string | undefined {
    return this.#inner.oracle();
  }

  render(): string {
    return this.#inner.render();
  }

  close(): void | Promise<void> {
    return this.#inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#inner[Symbol.asyncDispose]();
  }
}

/** Goes on with a value now, or with a promised one then; allocates a promise only if it was given one. */
function after<T>(value: T | Promise<T>, next: (value: T) => T): T | Promise<T> {
  return value instanceof Promise ? value.then(next) : next(value);
}
