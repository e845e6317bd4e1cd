import { GemError } from "@gem-ts/core";
import { plain, plainShared, relaxed, relaxedShared } from "./binaries.ts";
import { type KernelBuild, bytesFromBase64, supportsRelaxedSimd } from "./kernel-build.ts";
import type { KernelFunctions } from "./kernel-functions.ts";
import { isShared } from "./memory.ts";
import { type WebAssemblyMemory, webAssembly } from "./web-assembly.ts";

/** The compiled kernels over one memory. */
export interface Kernels {
  readonly build: KernelBuild;
  readonly memory: WebAssemblyMemory;
  readonly functions: KernelFunctions;
}

/** Options of {@link instantiateKernels}. */
export interface KernelsOptions {
  /** Where all data lies; local or shared, never growing. Several instances, one a thread, may share it. */
  readonly memory: WebAssemblyMemory;
  /** `auto`, the default, is `relaxed` where the platform has it and `plain` elsewhere. */
  readonly build?: KernelBuild | "auto";
}

/**
 * The kernels over `memory`. Takes about a millisecond and needs no files.
 * @throws GemError `unsupported` when `relaxed` is asked for and the platform does not run it.
 */
export function instantiateKernels(options: KernelsOptions): Kernels {
  const { memory } = options;
  const build = chooseBuild(options.build ?? "auto");
  const binary = isShared(memory) ? { relaxed: relaxedShared, plain: plainShared } : { relaxed, plain };
  const { Module, Instance } = webAssembly();
  const instance = new Instance(new Module(bytesFromBase64(binary[build])), { env: { memory } });
  return { build, memory, functions: instance.exports as KernelFunctions };
}

function chooseBuild(asked: KernelBuild | "auto"): KernelBuild {
  if (asked === "plain") return "plain";
  if (supportsRelaxedSimd()) return "relaxed";
  if (asked === "auto") return "plain";
  throw new GemError("unsupported", "this platform does not run relaxed SIMD", {
    hint: 'Use the build "auto", or Node 22 or later.',
  });
}
