/** Words of npm and pnpm for "I cannot reach the registry". */
const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|dns error|error sending request/i;

/** Lines of a failed installer's output worth showing. */
const TAIL = 20;

/**
 * What to tell a person when npm or pnpm failed: what was tried, the way out if it is known, and the installer's last words.
 * @param {string} what
 * @param {string} output Everything the installer printed.
 */
export function installFailure(what, output) {
  const lines = output.trimEnd().split("\n").slice(-TAIL);
  return [
    `${what} failed.`,
    ...wayOut(output),
    "The installer's last words:",
    ...lines.map((line) => `  ${line}`),
  ].join("\n");
}

/** @param {string} output */
function wayOut(output) {
  if (UNREACHABLE.test(output)) {
    return [
      "The npm registry cannot be reached. Check the network; behind a proxy or with a mirror, set them for npm",
      "(npm config set proxy URL, npm config set registry URL), then run the same command again.",
    ];
  }
  if (output.includes("ERR_PNPM_OUTDATED_LOCKFILE")) {
    return ["A package.json and pnpm-lock.yaml disagree. Bring the lockfile up to date with: npm run pnpm install"];
  }
  if (/ENOSPC|no space left/i.test(output)) return ["The disk is full: about 1 GB is needed."];
  return [];
}
