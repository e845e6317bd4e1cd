import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import process from "node:process";
import asc from "assemblyscript/asc";
import { gemmTiles } from "./gemm-tiles.ts";

/** One way to compile the kernels. */
export interface Build {
  readonly name: "relaxed" | "plain" | "relaxedShared" | "plainShared";
  /** Whether to use relaxed SIMD: fused multiply-adds. */
  readonly relaxed: boolean;
  /** Whether the memory is shared between threads; a module takes one kind only. */
  readonly shared: boolean;
}

/** All of them. */
export const builds: readonly Build[] = [
  { name: "relaxed", relaxed: true, shared: false },
  { name: "plain", relaxed: false, shared: false },
  { name: "relaxedShared", relaxed: true, shared: true },
  { name: "plainShared", relaxed: false, shared: true },
];

const folder = new URL("assembly/", import.meta.url);

/** Every module of the kernels by file name, the generated one included. */
export function readSources(): ReadonlyMap<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const files = names.toSorted().map((name): [string, string] => [name, readFileSync(new URL(name, folder), "utf8")]);
  return new Map([...files, ["gemm-tiles.ts", gemmTiles()]]);
}

/** SHA-256 of the sources, the options and the compiler's version, as hexadecimal text. */
export function hashSources(sources: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([asc.version, builds.map(optionsOf), [...sources]]));
  return hash.digest("hex");
}

/** Compiles one build to its bytes. */
export async function compile(build: Build, sources: ReadonlyMap<string, string>): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error } = await asc.main(["index.ts", "--outFile", "kernels.wasm", ...optionsOf(build)], {
    stderr: process.stderr,
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (_name, contents) => {
      if (typeof contents !== "string") binary = contents;
    },
    listFiles: () => [],
  });
  if (error || binary === undefined) throw new Error(`asc could not compile ${build.name}`, { cause: error });
  return binary;
}

function optionsOf({ relaxed, shared }: Build): readonly string[] {
  return [
    ...["-O3", "--converge", "--noAssert", "--runtime", "stub", "--importMemory", "--noExportMemory"],
    // AS112 warns of vectors in signatures; they stay inside the module.
    ...["--enable", "simd", "--disableWarning", "112"],
    ...(relaxed ? ["--enable", "relaxed-simd"] : []),
    // An imported shared memory must not have a higher maximum than the module declares: declare the highest.
    ...(shared ? ["--enable", "threads", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"] : []),
  ];
}
