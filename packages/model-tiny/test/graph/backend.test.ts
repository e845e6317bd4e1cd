import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { loadBackend } from "../../src/graph/backend.ts";

/** Runs a module in a Node of its own in which packages named in `absent` cannot be resolved. */
async function runWithout(absent: readonly string[], source: string): Promise<{ output: string; errors: string }> {
  const hooks = `
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(specifier, context, next) {
        if (${JSON.stringify(absent)}.includes(specifier)) throw new Error("Cannot find package " + specifier);
        return next(specifier, context);
      },
    });`;
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--import",
      `data:text/javascript,${encodeURIComponent(hooks)}`,
      "--input-type=module",
      "--eval",
      source,
    ],
    { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "pipe"] },
  );
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { output, errors };
}

const EXECUTOR = new URL("../../src/graph/executor.ts", import.meta.url).href;
const LOSS = new URL("../../src/graph/losses/cross-entropy.ts", import.meta.url).href;

test("where the native package is missing, training runs on WebAssembly and says so, silently otherwise", async () => {
  const { output, errors } = await runWithout(
    ["onnxruntime-node"],
    `const { createExecutor } = await import(${JSON.stringify(EXECUTOR)});
     const { crossEntropy } = await import(${JSON.stringify(LOSS)});
     const events = [];
     const executor = await createExecutor({
       architecture: { layers: 1, width: 32, heads: 2, context: 16, vocabulary: 32 },
       tokens: 20,
       parameters: new Float32Array(100000).fill(0.01),
       onEvent: (event) => events.push(event),
     });
     const weights = new Float32Array(4).fill(1);
     const ids = new Int32Array(4);
     const { loss } = await executor.forwardBackward({
       batch: 1, length: 4, tokens: ids, targets: ids, loss: crossEntropy(), perToken: { weights },
     });
     await executor[Symbol.asyncDispose]();
     console.log(JSON.stringify({ backend: executor.backend, loss, event: events[0] }));`,
  );
  expect(errors).toBe("");
  const reason = "Cannot find package onnxruntime-node";
  const { backend, loss, event } = JSON.parse(output);
  expect(backend).toBe("onnxruntime-web");
  expect(event).toEqual({ type: "backend-load", backend: "onnxruntime-web", fallbackReason: reason });
  // All embeddings are equal, so every token is equally likely.
  expect(loss).toBeCloseTo(4 * Math.log(20), 4);
});

test("where no runtime loads, or the one asked for does not, the error names the way out", async () => {
  const backend = new URL("../../src/graph/backend.ts", import.meta.url).href;
  const { output } = await runWithout(
    ["onnxruntime-node", "onnxruntime-web"],
    `const { loadBackend } = await import(${JSON.stringify(backend)});
     for (const options of [{}, { backend: "onnxruntime-node" }, { backend: "onnxruntime-web" }]) {
       await loadBackend(options).catch((error) => console.log(error.code + " " + error.hint));
     }`,
  );
  expect(output.trim().split("\n")).toEqual([
    "unsupported Install it with: npm install onnxruntime-web",
    "unsupported Install it with: npm install onnxruntime-node",
    "unsupported Install it with: npm install onnxruntime-web",
  ]);
});

test("importing the graph modules loads no runtime", async () => {
  const { output } = await runWithout(
    ["onnxruntime-node", "onnxruntime-web"],
    `await import(${JSON.stringify(EXECUTOR)}); console.log("imported");`,
  );
  expect(output.trim()).toBe("imported");
});

test("a page may bring its own build of the WebAssembly runtime", async () => {
  let asked = 0;
  const { name, createSession } = await loadBackend({
    backend: "onnxruntime-web",
    loadWebRuntime: () => {
      asked++;
      return import("onnxruntime-web");
    },
  });
  expect(name).toBe("onnxruntime-web");
  expect(asked).toBe(1);
  await expect(createSession(Uint8Array.of(1, 2, 3))).rejects.toThrow();
});

test("a runtime refuses bytes that are no model", async () => {
  const { createSession } = await loadBackend();
  await expect(createSession(Uint8Array.of(1, 2, 3))).rejects.toThrow();
});
