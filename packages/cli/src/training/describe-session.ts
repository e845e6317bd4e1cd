import type { Seed } from "@gem-ts/core";
import type { TinyModel } from "@gem-ts/model-tiny";
import { describeModel } from "../model/open-model.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { SessionParts } from "./session.ts";

/** What a session is about. */
export interface SessionFacts {
  readonly env: string;
  readonly algorithm: string;
  readonly seed: Seed;
  readonly model: TinyModel;
  readonly folder: string;
}

/** Prints what a session is about. */
export function describeSession(terminal: Terminal, { env, algorithm, seed, model, folder }: SessionFacts): void {
  const { style } = terminal;
  terminal.line(`${style("bold", env)}  ${style("dim", `${algorithm}, seed ${seed}`)}`);
  terminal.line(`${style("dim", "model")}  ${describeModel(model)}`);
  terminal.line(`${style("dim", "run")}    ${folder}`);
  for (const notice of model.info.notices) terminal.line(style("yellow", notice));
}

/** Prints the command that goes on with a run that was stopped. */
export function sayHowToResume(
  { terminal, resumeCommand }: SessionParts,
  folder: string,
  iteration: number,
  total: number,
): void {
  terminal.line();
  terminal.line(`Stopped after iteration ${iteration} of ${total}; nothing is lost. Go on with`);
  terminal.line();
  terminal.line(`  ${terminal.style("bold", resumeCommand(folder))}`);
}
