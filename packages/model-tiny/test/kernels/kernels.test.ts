import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { builds, compile, hashSources, readSources } from "../../kernels/compile.ts";
import type { Architecture } from "../../src/architecture.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { plain, plainShared, relaxed, relaxedShared, sourceHash } from "../../src/kernels/binaries.ts";
import { decoderBytes } from "../../src/kernels/decoder-buffers.ts";
import type { DecoderOptions } from "../../src/kernels/decoder-options.ts";
import { Decoder } from "../../src/kernels/decoder.ts";
import { bytesFromBase64, supportsRelaxedSimd } from "../../src/kernels/kernel-build.ts";
import { instantiateKernels } from "../../src/kernels/kernels.ts";
import { createMemory, isShared } from "../../src/kernels/memory.ts";
import { createPackedWeights, packedWeightsBytes } from "../../src/kernels/packed-weights.ts";
import { webAssembly } from "../../src/kernels/web-assembly.ts";
import { randomParameters, randomTokens } from "./random-parameters.ts";

const architecture: Architecture = { layers: 2, width: 64, heads: 2, context: 32, vocabulary: 32 };
const binaries = { relaxed, plain, relaxedShared, plainShared };
const options: DecoderOptions = { architecture, rows: 1, capacity: 32, tokens: 30 };

describe("the compiled kernels", () => {
  it("were compiled from the sources as they are", () => {
    expect(sourceHash, "run `pnpm build:kernels`").toBe(hashSources(readSources()));
  });

  // One of the four, as each takes a second; the hash above stands for the others.
  it("come out of the compiler with the same bytes again", { timeout: 20_000 }, async () => {
    const build = builds.find(({ name }) => name === "relaxedShared")!;
    const binary = await compile(build, readSources());
    expect(Buffer.from(binary).toString("base64")).toBe(relaxedShared);
  });

  it("hold no data that instances over one memory would write again", () => {
    for (const { name } of builds) {
      expect(sectionsOf(bytesFromBase64(binaries[name])), name).not.toContain(DATA_SECTION);
    }
  });

  it("are chosen by what the platform runs and what is asked for", () => {
    const memory = createMemory({ bytes: 0 });
    expect(supportsRelaxedSimd()).toBe(true);
    expect(instantiateKernels({ memory }).build).toBe("relaxed");
    expect(instantiateKernels({ memory, build: "plain" }).build).toBe("plain");
    const { Memory, Module, Instance } = webAssembly();
    withWebAssembly({ Memory, Module, Instance, validate: () => false }, () => {
      expect(instantiateKernels({ memory }).build).toBe("plain");
      expect(() => instantiateKernels({ memory, build: "relaxed" })).toThrow(/does not run relaxed SIMD/);
    });
  });
});

describe("a shared memory", () => {
  it("gives the same bits as a memory of one thread", () => {
    const memory = createMemory({ bytes: decoderBytes(options) + packedWeightsBytes(architecture), shared: true });
    expect(isShared(memory)).toBe(true);
    const shared = new Decoder({ ...options, arena: createArena({ memory }) });
    const local = new Decoder(options);
    expect(isShared(local.kernels.memory)).toBe(false);
    const tokens = randomTokens(20, 30, 1);
    for (const decoder of [shared, local]) {
      decoder.setParameters(randomParameters(architecture));
      decoder.forward({ tokens, rows: tokens.map(() => 0) });
    }
    expect([...shared.logits]).toEqual([...local.logits]);
    expect(shared.sample({ index: 19, uniform: 0.4 })).toEqual(local.sample({ index: 19, uniform: 0.4 }));
  });

  it("lets threads decode at once with weights packed by another, each in an arena of its own", async () => {
    const bytes = 3 * decoderBytes(options) + packedWeightsBytes(architecture);
    const memory = createMemory({ bytes, shared: true });
    const arena = createArena({ memory });
    const region = arena.region(packedWeightsBytes(architecture));
    const weights = createPackedWeights({ architecture, arena: region });
    weights.set(randomParameters(architecture));
    const lists = [1, 2].map((seed) => randomTokens(32, 30, seed));
    const found = await Promise.all(
      lists.map(async (tokens) => {
        const { begin, end } = arena.region(decoderBytes(options));
        const workerData = {
          memory,
          weights: { begin: region.begin, end: region.end },
          own: { begin, end },
          options,
          tokens,
        };
        const worker = new Worker(new URL("decoder-worker.ts", import.meta.url), { workerData });
        const [logits] = (await once(worker, "message")) as [Float32Array];
        await worker.terminate();
        return logits;
      }),
    );
    const own = new Decoder({ ...options, arena, weights });
    lists.forEach((tokens, i) => {
      own.truncate(0);
      own.forward({ tokens, rows: tokens.map(() => 0) });
      expect(found[i]).toEqual(own.logits.slice());
    });
  });
});

describe("an arena", () => {
  it("hands out cache lines behind the first page, each once", () => {
    const arena = createArena({ memory: createMemory({ bytes: 1024 }) });
    const views = [arena.floats(3), arena.integers(17), arena.doubles(8), arena.floats(1)];
    expect(views.map((view) => view.byteOffset)).toEqual([65536, 65600, 65728, 65792]);
    const region = arena.region(128);
    expect([region.begin, region.end]).toEqual([65856, 65984]);
    expect(region.floats(32).byteOffset).toBe(65856);
    expect(() => region.floats(1)).toThrow(/has 0 left, asked for 4/);
    expect(arena.floats(1).byteOffset).toBe(65984);
  });

  it("needs a part of its memory behind the first page", () => {
    const memory = createMemory({ bytes: 1024 });
    expect(() => createArena({ memory, begin: 0 })).toThrow(/are no arena/);
    expect(() => createArena({ memory, end: 1e9 })).toThrow(/are no arena/);
    expect(() => createMemory({ bytes: 2 ** 33 })).toThrow(/at most 4 GiB/);
  });

  it("is as large as decoders say they need, to the byte", () => {
    const bytes = decoderBytes(options) + packedWeightsBytes(architecture);
    const memory = createMemory({ bytes });
    const arena = createArena({ memory, end: 65536 + bytes });
    expect(new Decoder({ ...options, arena }).logits).toHaveLength(32 * 32);
    expect(() => arena.floats(1)).toThrow(/has 0 left/);
  });
});

const DATA_SECTION = 11;

/** The ids of a module's sections. */
function sectionsOf(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  let at = 8;
  while (at < bytes.length) {
    ids.push(bytes[at++]!);
    let size = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes[at++]!;
      size |= (byte & 127) << shift;
      shift += 7;
    } while (byte >= 128);
    at += size;
  }
  return ids;
}

/** Runs `body` on a platform with another WebAssembly. */
function withWebAssembly(other: object, body: () => void): void {
  const own = Object.getOwnPropertyDescriptor(globalThis, "WebAssembly")!;
  Object.defineProperty(globalThis, "WebAssembly", { ...own, value: other });
  try {
    body();
  } finally {
    Object.defineProperty(globalThis, "WebAssembly", own);
  }
}
