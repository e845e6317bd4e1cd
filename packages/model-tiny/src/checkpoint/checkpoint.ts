import { GemError, messageOf } from "@gem-ts/core";
import { z } from "zod";
import { type Architecture, parameterTable } from "../architecture.ts";
import { architectureFault } from "../check-architecture.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { tokenizerFromJson, tokenizerToJson } from "../tokenizer/tokenizer-json.ts";
import { type CheckpointConfig, configSchema, type FileDigest } from "./config.ts";
import { joinBuffer, refuseStrangers, splitBuffer } from "./parameter-tensors.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** State of Adam: both moments laid out as the parameters are, and the number of updates so far. */
interface OptimizerState {
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
  readonly step: number;
}

/** Everything that a checkpoint holds. */
export interface Checkpoint {
  readonly architecture: Architecture;
  readonly tokenizer: Tokenizer;
  /** Flat, laid out by `parameterTable(architecture)`. */
  readonly parameters: Float32Array;
  readonly optimizer?: OptimizerState;
}

/** The file that says what the others must be; written before they take their places. */
export const CONFIG_FILE = "config.json";
const MODEL_FILE = "model.safetensors";
const TOKENIZER_FILE = "tokenizer.json";
export const OPTIMIZER_FILE = "optimizer.safetensors";

/**
 * The files of a checkpoint, by name.
 * @throws GemError `unsupported` when a number is not finite: nothing could read it back.
 */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Map<string, Uint8Array>> {
  const { architecture, tokenizer, parameters, optimizer } = checkpoint;
  for (const buffer of [parameters, optimizer?.firstMoments, optimizer?.secondMoments]) {
    if (buffer?.every(Number.isFinite) === false) {
      throw new GemError(
        "unsupported",
        "the weights have diverged (some are not finite), and such a model is not saved",
        { hint: "Load an earlier checkpoint." },
      );
    }
  }
  const table = parameterTable(architecture);
  const files = new Map<string, Uint8Array>();
  files.set(MODEL_FILE, encodeSafetensors(splitBuffer(parameters, table), { format: "gem-tiny" }));
  files.set(TOKENIZER_FILE, encodeJson(tokenizerToJson(tokenizer)));
  if (optimizer !== undefined) {
    const moments = [
      ...splitBuffer(optimizer.firstMoments, table, "m."),
      ...splitBuffer(optimizer.secondMoments, table, "v."),
    ];
    files.set(OPTIMIZER_FILE, encodeSafetensors(moments, { format: "gem-tiny-adam", step: String(optimizer.step) }));
  }
  const digests: Record<string, FileDigest> = {};
  for (const [name, bytes] of files) digests[name] = await digestOf(bytes);
  const config: CheckpointConfig = { format: "gem-tiny", version: 1, architecture, files: digests };
  files.set(CONFIG_FILE, encodeJson(config));
  return files;
}

/** Gives the bytes of a file, those with the wanted digest where there are several, or `undefined` when there is none. */
export type ReadFile = (name: string, wanted?: FileDigest) => Promise<Uint8Array | undefined>;

/**
 * Reads a checkpoint.
 * @param where Named in errors: a folder or URL.
 * @throws GemError `not-found` when a file is missing, `corrupt-file` when one is not what it should be.
 */
export async function decodeCheckpoint(read: ReadFile, where: string): Promise<Checkpoint> {
  const configFile = `${where}/${CONFIG_FILE}`;
  const configBytes = await read(CONFIG_FILE);
  if (configBytes === undefined)
    throw new GemError("not-found", `${where} holds no checkpoint: there is no ${CONFIG_FILE}`);
  const config = decodeConfig(configBytes, configFile);
  const { architecture, files } = config;

  const find = async (name: string): Promise<Uint8Array | undefined> => {
    const wanted = files?.[name];
    // A file that the configuration does not list belongs to an older save.
    if (files !== undefined && wanted === undefined) return undefined;
    const bytes = await read(name, wanted);
    if (bytes === undefined || wanted === undefined) return bytes;
    if (bytes.length !== wanted.bytes) {
      throw new GemError(
        "corrupt-file",
        `${where}/${name} has ${bytes.length} bytes, ${CONFIG_FILE} says ${wanted.bytes}`,
        { hint: RESAVE },
      );
    }
    if ((await digestOf(bytes)).sha256 !== wanted.sha256) {
      throw new GemError("corrupt-file", `${where}/${name} does not have the SHA-256 that ${CONFIG_FILE} gives`, {
        hint: RESAVE,
      });
    }
    return bytes;
  };
  const need = async (name: string): Promise<Uint8Array> => {
    const bytes = await find(name);
    if (bytes === undefined) throw new GemError("not-found", `${where} holds no whole checkpoint: there is no ${name}`);
    return bytes;
  };

  const tokenizerFile = `${where}/${TOKENIZER_FILE}`;
  const tokenizer = tokenizerFromJson(decodeJson(await need(TOKENIZER_FILE), tokenizerFile), tokenizerFile);
  const fault = architectureFault(architecture, tokenizer.size);
  if (fault !== undefined) throw new GemError("corrupt-file", `${configFile}: ${fault}`);
  const table = parameterTable(architecture);

  const modelFile = `${where}/${MODEL_FILE}`;
  const { tensors } = decodeSafetensors(await need(MODEL_FILE), modelFile);
  refuseStrangers(tensors, table, modelFile);
  const parameters = joinBuffer(tensors, table, modelFile);

  const optimizerFile = `${where}/${OPTIMIZER_FILE}`;
  const optimizerBytes =
    files?.[OPTIMIZER_FILE] === undefined ? await find(OPTIMIZER_FILE) : await need(OPTIMIZER_FILE);
  if (optimizerBytes === undefined) return { architecture, tokenizer, parameters };
  const moments = decodeSafetensors(optimizerBytes, optimizerFile);
  refuseStrangers(moments.tensors, table, optimizerFile, ["m.", "v."]);
  const step = Number(moments.metadata["step"]);
  if (!Number.isSafeInteger(step) || step < 0)
    throw new GemError("corrupt-file", `${optimizerFile} does not say at which step it stands`);
  const firstMoments = joinBuffer(moments.tensors, table, optimizerFile, "m.");
  const secondMoments = joinBuffer(moments.tensors, table, optimizerFile, "v.");
  if (secondMoments.some((moment) => moment < 0))
    throw new GemError("corrupt-file", `${optimizerFile} holds a negative second moment`);
  return { architecture, tokenizer, parameters, optimizer: { firstMoments, secondMoments, step } };
}

const RESAVE =
  'The file was changed or damaged after it was saved. If the change is meant, delete "files" from config.json.';

/** @throws GemError `corrupt-file`. */
export function decodeConfig(bytes: Uint8Array, file: string): CheckpointConfig {
  const parsed = configSchema.safeParse(decodeJson(bytes, file));
  if (!parsed.success)
    throw new GemError(
      "corrupt-file",
      `${file} is no configuration of a checkpoint: ${z.prettifyError(parsed.error)}`,
      { cause: parsed.error },
    );
  return parsed.data;
}

/** Size and SHA-256 of `bytes`. */
export async function digestOf(bytes: Uint8Array): Promise<FileDigest> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return { bytes: bytes.length, sha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("") };
}

function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

function decodeJson(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new GemError("corrupt-file", `${file} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}
