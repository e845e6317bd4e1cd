import { GemError, type GemErrorCode, messageOf } from "@gem-ts/core";
import { CommanderError } from "commander";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { printable } from "./format/printable.ts";

/** An error as people read it. */
export interface ErrorReport {
  readonly message: string;
  /** The way out, where one is known. */
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
}

/** Mistakes on the command line, as opposed to work that failed. */
const USAGE: ReadonlySet<GemErrorCode> = new Set(["unknown-id", "bad-option", "bad-config", "unsupported"]);

/** What the operating system's codes mean, and what to do about them. */
const SYSTEM: Readonly<Record<string, { readonly meaning: string; readonly hint?: string }>> = {
  ENOSPC: { meaning: "no space left on the device", hint: "Free some space, or name a folder on another disk." },
  EDQUOT: { meaning: "the disk quota is used up", hint: "Free some space, or name a folder on another disk." },
  EACCES: { meaning: "permission denied", hint: "Name a folder that you may write to." },
  EPERM: { meaning: "operation not permitted", hint: "Name a folder that you may write to." },
  EROFS: { meaning: "the file system is read-only", hint: "Name a folder on another disk." },
  ENOTDIR: { meaning: "a part of the path is a file, not a folder", hint: "Name another folder." },
  EISDIR: { meaning: "it is a folder, not a file" },
  EEXIST: { meaning: "something of that name is there already", hint: "Name another folder." },
  ENOENT: { meaning: "there is no such file or folder" },
  EMFILE: { meaning: "too many files are open" },
  ENAMETOOLONG: { meaning: "the name is too long" },
};

/** Explains anything that was thrown in a message and, where there is one, a way out. */
export function describeError(error: unknown): ErrorReport {
  if (error instanceof CommanderError) return describeUsage(error);
  if (GemError.isInstance(error)) {
    const system = systemError(error.cause);
    const said = system === undefined || error.message.includes(system.code) || error.message.includes(system.meaning);
    const message = said ? error.message : `${error.message} (${system.meaning})`;
    return {
      message,
      hint: error.hint ?? system?.hint,
      exitCode: error.code === "aborted" ? EXIT.interrupted : USAGE.has(error.code) ? EXIT.usage : EXIT.failure,
    };
  }
  const system = systemError(error);
  if (system !== undefined) {
    const where = system.path === undefined ? "a file operation failed" : `cannot use ${system.path}`;
    return { message: `${where}: ${system.meaning}`, hint: system.hint, exitCode: EXIT.failure };
  }
  return {
    message: messageOf(error),
    hint: "This may be a defect of gem: run it again with --verbose and report what it prints.",
    exitCode: EXIT.failure,
  };
}

/** The lines to print for an error, and with `verbose` where it happened. */
export function renderError(error: unknown, options: { readonly verbose: boolean }): string {
  const { message, hint } = describeError(error);
  const lines = [`error: ${printable(message)}`];
  if (hint !== undefined) lines.push(`hint: ${printable(hint)}`);
  if (options.verbose) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      lines.push(`${cause === error ? "" : "caused by "}${cause.stack ?? cause.message}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Whether stack traces were asked for. */
export function isVerbose(argv: readonly string[] = process.argv): boolean {
  const debug = process.env["GEM_DEBUG"] ?? "";
  return argv.includes("--verbose") || (debug !== "" && debug !== "0");
}

function describeUsage(error: CommanderError): ErrorReport {
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = rest.join(" ").replace(/^\((.*)\)$/, "$1");
  return {
    message: first.replace(/\.$/, ""),
    hint: suggestion === "" ? "Add --help to see what is possible." : suggestion,
    exitCode: EXIT.usage,
  };
}

interface SystemError {
  readonly code: string;
  readonly meaning: string;
  readonly hint?: string;
  readonly path: string | undefined;
}

function systemError(error: unknown): SystemError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    const known = code === undefined ? undefined : SYSTEM[code];
    if (code !== undefined && known !== undefined) return { code, ...known, path };
  }
  return undefined;
}
