import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withLock } from "../toolchain/lock.mjs";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  file = join(folder, "made", "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("lets one work at a time", async () => {
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} starts`);
    await sleep(50);
    log.push(`${name} ends`);
  };
  await Promise.all([withLock(file, work("one")), withLock(file, work("two"))]);
  expect(log).toEqual(["one starts", "one ends", "two starts", "two ends"]);
});

it("is released when the work fails", async () => {
  await expect(withLock(file, () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
  expect(existsSync(file)).toBe(false);
});

it("is taken over from a process that is gone", async () => {
  const gone = spawnSync(process.execPath, ["--version"]).pid;
  await withLock(file, () => Promise.resolve());
  writeFileSync(file, String(gone));
  expect(await withLock(file, () => Promise.resolve("done"))).toBe("done");
});
