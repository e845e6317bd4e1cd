import { basename, relative } from "node:path";

/**
 * How this process was started, as somebody would type it again: `npm run gem --`, `npx gem`, `gem`, or
 * `node packages/cli/src/main.ts`.
 */
export function invocation(
  argv: readonly string[] = process.argv,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const script = argv[1] ?? "gem";
  const task = environment["npm_lifecycle_event"];
  const agent = environment["npm_config_user_agent"] ?? "";
  if (task !== undefined && environment["npm_lifecycle_script"]?.includes(basename(script))) {
    return agent.startsWith("pnpm") ? `pnpm ${task}` : `npm run ${task} --`;
  }
  if (basename(script) === "gem") return task === "npx" ? "npx gem" : "gem";
  return `node ${quoteArgument(relative(process.cwd(), script) || script)}`;
}

/** The command that started this process, ready to paste into a shell. */
export function commandLine(argv: readonly string[] = process.argv): string {
  return [invocation(argv), ...argv.slice(2).map(quoteArgument)].join(" ");
}

/** One argument as a POSIX shell wants it. */
export function quoteArgument(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
