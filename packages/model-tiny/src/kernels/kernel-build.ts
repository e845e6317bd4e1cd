import { webAssembly } from "./web-assembly.ts";

/**
 * Which instructions the kernels use. `relaxed` has fused multiply-adds: faster on most machines, low bits may differ
 * between kinds of processor. `plain` is IEEE-exact: the same bits everywhere, for golden tests.
 */
export type KernelBuild = "relaxed" | "plain";

/** A module of 40 bytes whose one function is `f32x4.relaxed_madd` on three constants. */
const relaxedProbe = "AGFzbQEAAAABBQFgAAF7AwIBAAoTAREAQQD9EUEA/RFBAP0R/YUCCw==";

/** Whether this platform runs relaxed SIMD: Node 22 and later, current browsers. */
export function supportsRelaxedSimd(): boolean {
  return webAssembly().validate(bytesFromBase64(relaxedProbe));
}

/** The bytes that `text` encodes in base64. */
export function bytesFromBase64(text: string): Uint8Array {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
