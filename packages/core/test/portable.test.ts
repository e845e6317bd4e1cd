import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

it("no source file imports from node: or any package but zod and pure-rand", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const imports = [...readFileSync(join(source, file), "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
      ([, name]) => name!,
    );
    for (const name of imports) expect(name, file).toMatch(/^(\.\.?\/|zod$|pure-rand\/)/);
  }
});

it("the root entry plays an episode in a worker that has lost Node's globals", async () => {
  const script = `
    const { parentPort } = require("node:worker_threads");
    const post = parentPort.postMessage.bind(parentPort);
    for (const name of ["process", "Buffer", "global", "require", "module", "setImmediate", "clearImmediate", "__dirname", "__filename"]) {
      Object.defineProperty(globalThis, name, { get() { throw new Error(name + " is a Node global"); }, configurable: true });
    }
    (async () => {
      const core = await import(${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)});
      const { coin } = await import(${JSON.stringify(new URL("./fixtures/coin.ts", import.meta.url).href)});
      const pack = core.definePack({ name: "p", summary: "", envs: [coin] });
      const won = [];
      for await (const episode of core.rollout({ env: () => core.make("test:Coin-v0", { packs: pack }), policy: core.oraclePolicy(), episodes: 3, seed: 1 })) won.push(episode.success);
      post({ won });
    })().catch((error) => post({ error: String(error.stack) }));
  `;
  const worker = new Worker(script, { eval: true });
  try {
    expect(await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject))).toEqual({
      won: [true, true, true],
    });
  } finally {
    await worker.terminate();
  }
});
