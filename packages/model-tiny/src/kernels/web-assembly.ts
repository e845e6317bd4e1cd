/**
 * The part of the WebAssembly interface that the kernels use. Neither ECMAScript's type library nor Node's has it, and
 * the DOM's is not wanted in a package that also runs outside browsers.
 */

/** A linear memory, as `WebAssembly.Memory`. */
export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

/** A compiled module; opaque. */
export type WebAssemblyModule = object;

/** The global object `WebAssembly`. */
export interface WebAssemblyInterface {
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WebAssemblyMemory;
  readonly Module: new (bytes: Uint8Array) => WebAssemblyModule;
  readonly Instance: new (
    module: WebAssemblyModule,
    imports: Readonly<Record<string, Readonly<Record<string, WebAssemblyMemory>>>>,
  ) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
}

/** The platform's WebAssembly. */
export function webAssembly(): WebAssemblyInterface {
  return (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly;
}
