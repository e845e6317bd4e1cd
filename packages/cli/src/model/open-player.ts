import {
  didYouMean,
  GemError,
  informedPolicy,
  type ModelPolicyOptions,
  oraclePolicy,
  type Policy,
  randomPolicy,
  type TrainableModel,
} from "@gem-ts/core";
import { existsSync } from "node:fs";
import type { Environment } from "../environment/open-environment.ts";
import { BASE_MODEL, openModel, type OpenModelOptions } from "./open-model.ts";

/** Policies that need no model. */
export const BASELINES: readonly string[] = ["random", "informed", "oracle"];

/** Somebody who can play. */
export interface Player extends AsyncDisposable {
  /** As it was asked for. */
  readonly source: string;
  /** Absent for baselines. */
  readonly model: TrainableModel | undefined;
  /** Sampling options mean nothing to a baseline. */
  policy(options?: ModelPolicyOptions): Policy;
}

/** Whether a name stands for a model; everything that is not a baseline does. */
export function isModel(source: string): boolean {
  return !BASELINES.includes(source);
}

/**
 * Opens a policy by name: a baseline, `model` or `base` for the base checkpoint, or a folder.
 *
 * @throws GemError `unknown-id` for a name that is neither, and as `openModel`.
 */
export async function openPlayer(source: string, options: OpenModelOptions = {}): Promise<Player> {
  if (!isModel(source)) return baseline(source);
  const name = source === "model" ? BASE_MODEL : source;
  if (name !== BASE_MODEL && !existsSync(name) && !/[/\\.]/.test(name)) {
    throw new GemError("unknown-id", `there is no policy "${source}"`, {
      hint:
        didYouMean(source, [...BASELINES, "model", BASE_MODEL]) ??
        `There are ${BASELINES.join(", ")}, model, and checkpoint folders.`,
    });
  }
  const model = await openModel(name, options);
  return {
    source,
    model,
    policy: (sampling) => model.policy(sampling),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

/**
 * Refuses a baseline that the environment cannot play.
 * @throws GemError `unsupported`.
 */
export function requireSupport(source: string, { id, definition }: Environment): void {
  const missing =
    source === "oracle"
      ? definition.oracle === undefined
      : source === "informed" && definition.informedAction === undefined;
  if (missing) {
    throw new GemError("unsupported", `${id} has no ${source} policy`, { hint: 'Use "random", or a model.' });
  }
}

function baseline(source: string): Player {
  const policy = source === "random" ? randomPolicy() : source === "informed" ? informedPolicy() : oraclePolicy();
  return { source, model: undefined, policy: () => policy, [Symbol.asyncDispose]: () => Promise.resolve() };
}
