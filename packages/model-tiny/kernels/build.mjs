/**
 * Compiles the kernels in assembly/ and writes them, as base64, to src/kernels/binaries.ts.
 *
 *     pnpm build:kernels
 */
import { writeFileSync } from "node:fs";
import { builds, compile, hashSources, readSources } from "./compile.ts";

const sources = readSources();
const lines = [
  "// Written by kernels/build.mjs from kernels/assembly; do not edit.",
  "",
  "/** SHA-256 of what the binaries were compiled from. */",
  `export const sourceHash: string = "${hashSources(sources)}";`,
];
for (const build of builds) {
  const binary = await compile(build, sources);
  const instructions = build.relaxed ? "Relaxed SIMD (fused multiply-add)" : "Plain SIMD";
  const memory = build.shared ? "shared memory" : "memory of one thread";
  lines.push(
    "",
    `/** ${instructions} over ${memory}; ${binary.length} bytes in base64. */`,
    `export const ${build.name}: string =`,
    `  "${Buffer.from(binary).toString("base64")}";`,
  );
  console.log(`${build.name}: ${binary.length} bytes`);
}
writeFileSync(new URL("../src/kernels/binaries.ts", import.meta.url), `${lines.join("\n")}\n`);
