import { GemError, messageOf } from "@gem-ts/core";
import type { InferenceSession, Tensor } from "onnxruntime-web";

/** The two runtimes that execute graphs: native code, and WebAssembly where native code is not there. */
export type BackendName = "onnxruntime-node" | "onnxruntime-web";

/** A tensor as a view over somebody's memory. */
export interface TensorView {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** A graph ready to run. */
export interface GraphSession {
  /**
   * Runs the graph and writes each wanted output into the memory given for it. Runs on the calling thread and blocks
   * it. `into` must not overlap `feeds`: the runtime may write an output before it has read every input.
   */
  run(feeds: Readonly<Record<string, TensorView>>, into: Readonly<Record<string, TensorView>>): Promise<void>;
  /** Frees the runtime's memory. */
  release(): Promise<void>;
}

/** A loaded runtime. */
export interface Backend {
  readonly name: BackendName;
  /** Why the native runtime was passed over; undefined where it was not, or was not asked for. */
  readonly fallbackReason: string | undefined;
  createSession(model: Uint8Array, options?: SessionOptions): Promise<GraphSession>;
}

/** How a graph runs. */
export interface SessionOptions {
  /** Threads inside one operator; native runtime only. Default 1. */
  readonly threads?: number;
}

/** Which runtime {@link loadBackend} takes. */
export interface LoadBackendOptions {
  /** Default: native, and WebAssembly where the native package cannot be loaded. */
  readonly backend?: BackendName;
  /**
   * Gives the WebAssembly runtime; default `import("onnxruntime-web")`. A web page that serves the `.wasm` file from a
   * place of its own, or wants the smaller `onnxruntime-web/wasm`, sets up `env.wasm` here.
   */
  loadWebRuntime?(): Promise<WebRuntime>;
}

/** The module `onnxruntime-web`. */
export type WebRuntime = typeof import("onnxruntime-web");

/**
 * Loads a runtime. `onnxruntime-node` is an optional dependency: package managers leave it out where its install script
 * fails, and it has no browser version.
 * @throws unsupported where the runtime that was asked for, or every runtime, fails to load.
 */
export async function loadBackend(options: LoadBackendOptions = {}): Promise<Backend> {
  const { backend, loadWebRuntime = () => import("onnxruntime-web") } = options;
  let fallbackReason: string | undefined;
  if (backend !== "onnxruntime-web") {
    try {
      // Held in a variable so that bundlers for browsers do not try to resolve a native package.
      const name: string = "onnxruntime-node";
      return nativeBackend(unwrap(await import(/* @vite-ignore */ name)));
    } catch (error) {
      if (backend === "onnxruntime-node") throw loadFailure("onnxruntime-node", error);
      fallbackReason = messageOf(error);
    }
  }
  try {
    return webBackend(unwrap(await loadWebRuntime()), fallbackReason);
  } catch (error) {
    throw loadFailure("onnxruntime-web", error);
  }
}

function loadFailure(name: BackendName, cause: unknown): GemError {
  return new GemError("unsupported", `${name} did not load: ${messageOf(cause)}`, {
    cause,
    hint: `Install it with: npm install ${name}`,
  });
}

/** A CommonJS package seen through `import()` may hold its exports under `default`. */
function unwrap(loaded: WebRuntime & { readonly default?: WebRuntime }): WebRuntime {
  return loaded.InferenceSession === undefined && loaded.default !== undefined ? loaded.default : loaded;
}

const SHARED_OPTIONS: InferenceSession.SessionOptions = {
  interOpNumThreads: 1,
  executionMode: "sequential",
  // Measured on 4 layers of width 128, 32 rows of 128 tokens: without the arena 65 % slower; the memory pattern makes no
  // difference in time and takes 200 MB. Graph optimisation levels are within noise of one another.
  enableCpuMemArena: true,
  enableMemPattern: false,
  // Errors only: what the runtime has to say comes back as exceptions.
  logSeverityLevel: 3,
};

function nativeBackend(runtime: WebRuntime): Backend {
  return {
    name: "onnxruntime-node",
    fallbackReason: undefined,
    createSession: async (model, { threads = 1 } = {}) => {
      const session = await runtime.InferenceSession.create(model, {
        ...SHARED_OPTIONS,
        executionProviders: ["cpu"],
        intraOpNumThreads: threads,
        graphOptimizationLevel: "all",
      });
      return {
        // Outputs land in the memory that was given, without a copy.
        run: async (feeds, into) => void (await session.run(tensors(runtime, feeds), tensors(runtime, into))),
        release: () => session.release(),
      };
    },
  };
}

function webBackend(runtime: WebRuntime, fallbackReason: string | undefined): Backend {
  runtime.env.wasm.numThreads = 1;
  return {
    name: "onnxruntime-web",
    fallbackReason,
    createSession: async (model) => {
      const session = await runtime.InferenceSession.create(model, {
        ...SHARED_OPTIONS,
        executionProviders: ["wasm"],
        graphOptimizationLevel: "basic",
      });
      return {
        run: async (feeds, into) => {
          // Given tensors stay unwritten there (https://github.com/microsoft/onnxruntime/issues/25786): copy.
          const outputs = await session.run(tensors(runtime, feeds), Object.keys(into));
          for (const [name, { data }] of Object.entries(into)) {
            data.set(outputs[name]?.data as Float32Array);
          }
        },
        release: () => session.release(),
      };
    },
  };
}

function tensors(runtime: WebRuntime, views: Readonly<Record<string, TensorView>>): Record<string, Tensor> {
  const made: Record<string, Tensor> = {};
  for (const [name, { data, shape }] of Object.entries(views)) {
    made[name] =
      data instanceof Float32Array
        ? new runtime.Tensor("float32", data, shape)
        : new runtime.Tensor("int32", data, shape);
  }
  return made;
}
