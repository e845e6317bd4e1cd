import { execFile } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const here = fileURLToPath(new URL("..", import.meta.url));
const root = dirname(here.replace(/\/$/, ""));

interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

/** Every block that starts with "```ts" alone; "```ts no-run" is for fragments that need files of the reader. */
function snippets(page: string): Snippet[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length,
    code: match[1]!,
  }));
}

const pages = ["README.md", ...globSync(["packages/*/README.md", "apps/*/README.md", "docs/**/*.md"], { cwd: root })];
const all = pages.flatMap(snippets);

// Inside this package, so that imports resolve as they do for its examples.
let folder: string;
const fileOf = ({ page, line }: Snippet): string => join(folder, `${page.replace(/\W+/g, "-")}-${line}.ts`);

beforeAll(() => {
  folder = mkdtempSync(join(here, ".documentation-"));
  for (const snippet of all) writeFileSync(fileOf(snippet), `${snippet.code}\nexport {};\n`);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("code in the documentation", () => {
  it("is there", () => {
    expect(all.length).toBeGreaterThanOrEqual(4);
  });

  it("compiles", { timeout: 120_000 }, async () => {
    const config = join(folder, "tsconfig.json");
    writeFileSync(
      config,
      JSON.stringify({
        extends: "../tsconfig.json",
        // A page may name a result without using it.
        compilerOptions: { noUnusedLocals: false },
        include: ["*.ts"],
      }),
    );
    const { stdout } = await run("tsc", ["--noEmit", "-p", config]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe("");
  });

  it.each(all.map((snippet) => [`${snippet.page}:${snippet.line}`, snippet] as const))(
    "%s runs",
    { timeout: 120_000 },
    async (_place, snippet) => {
      const scratch = join(folder, `scratch-${snippet.line}`);
      mkdirSync(scratch, { recursive: true });
      const { stderr } = await run(process.execPath, [fileOf(snippet)], { cwd: scratch });
      expect(stderr).toBe("");
    },
  );
});
