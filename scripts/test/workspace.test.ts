import { globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folders = globSync(
  ["packages/*/package.json", "apps/*/package.json", "benchmarks/package.json", "examples/package.json"],
  { cwd: root },
).map(dirname);

function readJson(file: string) {
  return JSON.parse(readFileSync(`${root}/${file}`, "utf8"));
}

describe.each(folders)("%s", (folder) => {
  const manifest = readJson(`${folder}/package.json`);

  it("is named after its folder, says what it is, and is ESM", () => {
    expect(manifest.name).toBe(`@gem-ts/${basename(folder)}`);
    expect(manifest.description).toMatch(/\.$/);
    expect(manifest).toMatchObject({ type: "module", license: "Apache-2.0" });
  });

  it("has the scripts that turbo runs", () => {
    expect(manifest.scripts).toMatchObject({
      typecheck: expect.any(String),
      test: expect.any(String),
      lint: expect.any(String),
    });
  });

  it("has one tag, whose arrows turbo.json knows", () => {
    const { tags } = readJson(`${folder}/turbo.json`);
    const known = /"tags": \{([\s\S]*)\}/.exec(readFileSync(`${root}/turbo.json`, "utf8"))?.[1];
    expect(tags).toHaveLength(1);
    expect(known).toContain(`"${tags[0]}":`);
  });
});

describe.each(folders.filter((folder) => !readJson(`${folder}/package.json`).private))("%s, published", (folder) => {
  const { exports, publishConfig, files, engines, scripts } = readJson(`${folder}/package.json`);

  it("offers in dist, when published, what it offers in src here", () => {
    const published = Object.entries<string>(exports).map(([path, source]) => {
      if (!source.startsWith("./src/")) return [path, source];
      const built = source.replace("./src/", "./dist/").replace(/\.ts$/, "");
      return [path, { types: `${built}.d.ts`, default: `${built}.js` }];
    });
    expect(publishConfig.exports).toEqual(Object.fromEntries(published));
  });

  it("ships built code, sources for the debugger, and its papers", () => {
    expect(files).toEqual(expect.arrayContaining(["dist", "src", "README.md", "LICENSE"]));
    expect(publishConfig.access).toBe("public");
    expect(engines.node).toBe(">=22.18");
    expect(scripts.build).toBe("tsc -p tsconfig.build.json");
  });
});
