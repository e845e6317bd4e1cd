import { GemError, messageOf } from "@gem-ts/core";
import { z } from "zod";

/**
 * The safetensors format (https://github.com/huggingface/safetensors#format): eight bytes with the length of a JSON
 * header, the header, the tensors. Only `F32` is written and read, which is all that this package holds. The reader
 * refuses whatever the format's own reference implementation refuses, and non-finite numbers besides.
 */

/** A named tensor, row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a file holds. */
export interface Safetensors {
  /** By name. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const entrySchema: z.ZodType<Entry> = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const metadataSchema: z.ZodType<Record<string, string>> = z.record(z.string(), z.string());

/** The reference implementation's own limit. */
const LONGEST_HEADER = 100_000_000;

/** Encodes tensors, in the order given, as one file. */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  // Without a prototype any name is a key like another.
  const header = Object.create(null) as Record<string, unknown>;
  if (Object.keys(metadata).length > 0) header["__metadata__"] = metadata;
  let end = 0;
  for (const { name, shape, data } of tensors) {
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype: "F32", shape, data_offsets: [begin, end] };
  }
  const text = JSON.stringify(header);
  const unpadded = new TextEncoder().encode(text);
  // Spaces after the header put the data on an eight-byte boundary.
  const headerLength = Math.ceil(unpadded.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(unpadded, 8);
  let at = 8 + headerLength;
  for (const { data } of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Decodes a file.
 * @param file Named in errors.
 * @throws GemError `corrupt-file` that says what is wrong and where.
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const corrupt = (what: string, cause?: unknown): GemError =>
    new GemError(
      "corrupt-file",
      `${file} is not a sound safetensors file: ${what}`,
      cause === undefined ? {} : { cause },
    );
  if (bytes.length < 8) throw corrupt(`it has ${bytes.length} bytes, fewer than the 8 of the header's length`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(LONGEST_HEADER))
    throw corrupt(`it claims a header of ${length} bytes, more than the ${LONGEST_HEADER} allowed`);
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.length)
    throw corrupt(`it claims a header of ${length} bytes but has ${bytes.length} bytes in all`);

  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, dataStart)));
  } catch (error) {
    throw corrupt(`the header is not JSON (${messageOf(error)})`, error);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw corrupt("the header is not a JSON object");

  let metadata: Readonly<Record<string, string>> = {};
  const entries: { readonly name: string; readonly entry: Entry }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") {
      const parsed = metadataSchema.safeParse(value);
      if (!parsed.success) throw corrupt("__metadata__ does not map text to text");
      metadata = parsed.data;
      continue;
    }
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) throw corrupt(`the entry of ${name} is malformed: ${z.prettifyError(parsed.error)}`);
    entries.push({ name, entry: parsed.data });
  }

  const tensors = new Map<string, NamedTensor>();
  let end = 0;
  for (const { name, entry } of entries.sort(byPlace)) {
    const {
      dtype,
      shape,
      data_offsets: [from, to],
    } = entry;
    if (dtype !== "F32") throw corrupt(`${name} holds ${dtype}, and only F32 is read here`);
    if (from !== end)
      throw corrupt(
        `${name} begins at byte ${from} of the data, where byte ${end} was due: tensors overlap or leave a gap`,
      );
    const size = shape.reduce((product, axis) => product * axis, 1);
    if (to - from !== size * 4)
      throw corrupt(`${name} has shape [${shape.join(", ")}], that is ${size * 4} bytes, but takes ${to - from}`);
    if (dataStart + to > bytes.length)
      throw corrupt(`it is cut off: ${name} ends at byte ${dataStart + to}, the file at ${bytes.length}`);
    // A copy of its own, as nothing says that the file's bytes are aligned.
    const data = new Float32Array(size);
    new Uint8Array(data.buffer).set(bytes.subarray(dataStart + from, dataStart + to));
    const fault = data.findIndex((value) => !Number.isFinite(value));
    if (fault >= 0) throw corrupt(`${name} holds ${data[fault]} at index ${fault}`);
    tensors.set(name, { name, shape, data });
    end = to;
  }
  if (dataStart + end !== bytes.length) throw corrupt(`${bytes.length - dataStart - end} bytes follow the last tensor`);
  return { tensors, metadata };
}

/** Empty tensors stand before the one that begins at the same byte. */
function byPlace(a: { readonly entry: Entry }, b: { readonly entry: Entry }): number {
  return a.entry.data_offsets[0] - b.entry.data_offsets[0] || a.entry.data_offsets[1] - b.entry.data_offsets[1];
}
