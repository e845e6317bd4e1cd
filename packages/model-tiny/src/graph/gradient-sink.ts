import type { ParameterTable } from "../architecture.ts";
import type { TensorView } from "./backend.ts";
import { parameterViews } from "./parameter-views.ts";
import { gradientName } from "./training-graph.ts";

/** Where the gradients of one run go. */
export interface GradientReceiver {
  /** Memory for the gradient outputs, by output name. */
  readonly views: Readonly<Record<string, TensorView>>;
  /** To be called after the run: completes the gradient buffer. */
  finish(): void;
}

/** Takes gradients into a flat buffer. */
export interface GradientSink {
  /**
   * Readies memory for the gradients of the parameters `trained`, of sequences of `length` tokens. Without `adding`
   * the runtime writes into the buffer itself, and what it does not write is cleared; with it, the gradients are
   * added to those in the buffer.
   */
  receive(trained: readonly string[], length: number, adding: boolean): GradientReceiver;
}

/** A sink over `gradients`, which is laid out by `table`. */
export function gradientSink(table: ParameterTable, gradients: Float32Array): GradientSink {
  let scratch: Float32Array | undefined;
  return {
    receive: (trained, length, adding) => {
      const names = new Set(trained);
      const received = adding ? (scratch ??= new Float32Array(table.size)) : gradients;
      const views = parameterViews(table, received, length, names);
      return {
        views: Object.fromEntries(Object.entries(views).map(([name, view]) => [gradientName(name), view])),
        finish: () => {
          for (const { name, offset, size } of table.slots) {
            const written = views[name]?.data;
            if (adding) {
              if (written !== undefined) addTo(gradients, written, offset);
            } else {
              gradients.fill(0, offset + (written?.length ?? 0), offset + size);
            }
          }
        },
      };
    },
  };
}

function addTo(sum: Float32Array, terms: Float32Array | Int32Array, offset: number): void {
  for (let index = 0; index < terms.length; index++) {
    sum[offset + index] = (sum[offset + index] ?? 0) + (terms[index] ?? 0);
  }
}
