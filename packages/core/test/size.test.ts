import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
const tsc = join(folder, "../../node_modules/typescript/bin/tsc");

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "core-"));
  for (const name of ["package.json", "src"]) cpSync(join(folder, name), join(copy, name), { recursive: true });
  execFileSync(process.execPath, [tsc, "-p", join(folder, "tsconfig.build.json"), "--outDir", join(copy, "dist")]);
});
afterAll(() => rmSync(copy, { recursive: true }));

/** Bytes of all files in a folder. */
function sizeOf(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

it("is small, packed and installed", () => {
  const packing = execFileSync("npm", ["pack", "--dry-run", "--json"], {
    cwd: copy,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [packed] = Object.values<{ size: number; unpackedSize: number }>(JSON.parse(packing));
  const others = ["zod", "pure-rand"].map((name) => sizeOf(realpathSync(join(folder, "node_modules", name))));
  const installed = others.reduce((sum, size) => sum + size, packed!.unpackedSize);
  console.log(
    `core: ${Math.round(packed!.size / 1000)} kB packed, ${Math.round(packed!.unpackedSize / 1000)} kB unpacked, ${Math.round(installed / 1000)} kB with zod and pure-rand`,
  );
  expect(packed!.size).toBeLessThan(120_000);
  expect(packed!.unpackedSize).toBeLessThan(600_000);
  expect(installed).toBeLessThan(8_000_000);
});
