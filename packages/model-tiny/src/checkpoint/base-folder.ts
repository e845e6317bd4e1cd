import { fileURLToPath } from "node:url";

/** The folder of the checkpoint that ships with this package; the same from source and from dist. */
export function baseFolder(): string {
  return fileURLToPath(new URL("../../checkpoints/base", import.meta.url));
}
