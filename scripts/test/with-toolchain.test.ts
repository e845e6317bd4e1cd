import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("../with-toolchain.mjs", import.meta.url));

/** Prints "ready", then each signal it gets; ends with code 9 a moment after the first. */
const LISTENER = `
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {
    console.log(signal);
    setTimeout(() => process.exit(9), 300);
  });
  setInterval(() => {}, 1000);
  console.log("ready");
`;

interface Run {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
}

function start(...command: string[]): Run {
  const child = spawn(process.execPath, [script, ...command], { stdio: ["ignore", "pipe", "pipe"] });
  const run: Run = { child, stdout: "", stderr: "" };
  child.stdout.on("data", (data) => (run.stdout += data));
  child.stderr.on("data", (data) => (run.stderr += data));
  return run;
}

it("gives the command's exit code and leaves its stdout alone", async () => {
  const run = start("node", "-e", "console.log('only this'); process.exitCode = 7", "--", "--json");
  expect(await once(run.child, "close")).toEqual([7, null]);
  expect(run.stdout).toBe("only this\n");
});

it("hands the arguments on as they are", async () => {
  const run = start("node", "-p", "JSON.stringify(process.argv.slice(1))", "--", "--quick", "a b", "", '"');
  await once(run.child, "close");
  expect(JSON.parse(run.stdout)).toEqual(["--quick", "a b", "", '"']);
});

it("runs the command on Node 24 or later, with pnpm in reach", async () => {
  const run = start("node", "-p", "process.versions.node + ' ' + require('child_process').execSync('pnpm --version')");
  await once(run.child, "close");
  const [node, pnpm] = run.stdout.split(" ").map((version) => Number.parseInt(version, 10));
  expect(node).toBeGreaterThanOrEqual(24);
  expect(pnpm).toBe(12);
});

it.runIf(process.platform !== "win32").each(["SIGINT", "SIGTERM"] as const)(
  "hands %s on once, and waits for the command to end as it likes",
  async (signal) => {
    const run = start("node", "-e", LISTENER);
    await once(run.child.stdout!, "data");
    run.child.kill(signal);
    expect(await once(run.child, "close")).toEqual([9, null]);
    expect(run.stdout).toBe(`ready\n${signal}\n`);
  },
);

it.runIf(process.platform !== "win32")("dies of the signal that the command died of", async () => {
  const run = start("node", "-e", "process.kill(process.pid, 'SIGKILL')");
  expect(await once(run.child, "close")).toEqual([null, "SIGKILL"]);
});

it("says so in a sentence when the command does not exist", async () => {
  const run = start("no-such-command");
  expect(await once(run.child, "close")).toEqual([1, null]);
  expect(run.stderr).toContain("no-such-command");
});

it("asks for a command", async () => {
  const run = start();
  expect(await once(run.child, "close")).toEqual([2, null]);
  expect(run.stderr).toContain("Usage");
});
