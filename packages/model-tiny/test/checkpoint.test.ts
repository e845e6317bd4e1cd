import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GemError } from "@gem-ts/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createTokenizer,
  decodeSafetensors,
  encodeSafetensors,
  loadBase,
  loadTinyModel,
  parameterTable,
  type TinyModel,
} from "../src/index.ts";
import { readCheckpointFolder } from "../src/checkpoint/checkpoint-folder.ts";
import { randomData, randomIds, SMALL, smallModel } from "./support/small-model.ts";

let root: string;
let counter = 0;
const place = (): string => join(root, `checkpoint-${++counter}`);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "gem-checkpoint-"));
});
afterAll(() => rm(root, { recursive: true }));

/** A few steps of training, each with data of its own. */
async function train(model: TinyModel, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    losses.push((await model.forwardBackward(randomData(step, 8), { kind: "cross-entropy" })).loss);
    await model.optimStep({ learningRate: 1e-2, weightDecay: 0.1, clipNorm: 1 });
  }
  return losses;
}

/** Every file of a folder, by name. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await readdir(folder)) files[name] = (await readFile(join(folder, name))).toString("base64");
  return files;
}

describe("save, load and go on", () => {
  test("is the same as never to stop, bit for bit, and in an open model as in a new one", async () => {
    const [half, whole, again, inPlace] = [place(), place(), place(), place()];
    await using model = await smallModel();
    await train(model, 0, 3);
    await model.save(half);
    const losses = await train(model, 3, 6);
    const response = await model.sample({ prompt: randomIds(1, 9), maxTokens: 20, seed: 1 });
    await model.save(whole);

    await using loaded = await loadTinyModel(half);
    expect(loaded.step).toBe(3);
    expect(await train(loaded, 3, 6)).toEqual(losses);
    expect(await loaded.sample({ prompt: randomIds(1, 9), maxTokens: 20, seed: 1 })).toEqual(response);
    await loaded.save(again);
    expect(await filesOf(again)).toEqual(await filesOf(whole));

    await model.forwardBackward(randomData(99, 4), { kind: "cross-entropy" });
    await model.load(half);
    expect(await train(model, 3, 6)).toEqual(losses);
    await model.save(inPlace);
    expect(await filesOf(inPlace)).toEqual(await filesOf(whole));
  });

  test("without the optimiser's state starts that anew", async () => {
    const folder = place();
    await using model = await smallModel();
    await train(model, 0, 2);
    await model.save(folder);
    await model.save(folder, { optimizer: false });
    expect((await readdir(folder)).sort()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
    await using loaded = await loadTinyModel(folder, { name: "mine" });
    expect([loaded.step, loaded.name, loaded.policy().name]).toEqual([0, "mine", "mine"]);
    expect(await loaded.logprobs([randomIds(1, 20)])).toEqual(await model.logprobs([randomIds(1, 20)]));
  });

  test("holds the tensors of the parameter table under their names and shapes", async () => {
    const folder = place();
    await using model = await smallModel();
    await model.save(folder);
    const { tensors } = decodeSafetensors(await readFile(join(folder, "model.safetensors")), "f");
    expect([...tensors.values()].map(({ name, shape }) => ({ name, shape }))).toEqual(
      parameterTable(model.architecture).slots.map(({ name, shape }) => ({ name, shape })),
    );
  });

  test("refuses a checkpoint of another network or tokenizer, and leaves the model as it was", async () => {
    const [other, words] = [place(), place()];
    await using wide = await smallModel({ architecture: { ...SMALL, context: 32 } });
    await wide.save(other);
    await using wordy = await smallModel({ tokenizer: createTokenizer(["\\boxed{", " higher", " lowest"]) });
    await wordy.save(words);
    await using model = await smallModel();
    const before = await model.logprobs([randomIds(1, 20)]);
    await expect(model.load(other)).rejects.toThrow("its context is 32, not 64");
    await expect(model.load(words)).rejects.toThrow("its tokenizer has other pieces");
    expect(await model.logprobs([randomIds(1, 20)])).toEqual(before);
  });

  test("refuses to write a model that has diverged over a good one", async () => {
    const folder = place();
    await using model = await smallModel();
    await model.save(folder);
    const files = await filesOf(folder);
    await model.forwardBackward(randomData(1, 4), { kind: "cross-entropy" });
    await model.optimStep({ learningRate: 1e38 });
    await expect(model.save(folder)).rejects.toThrow("have diverged");
    await expect(model.sample({ prompt: [7], maxTokens: 1, seed: 1 })).rejects.toThrow("have diverged");
    expect(await filesOf(folder)).toEqual(files);
  });

  test("brings back a model whose weights are finite but too large to compute with", async () => {
    const folder = place();
    await using model = await smallModel();
    const draw = () => model.sample({ prompt: [7], maxTokens: 5, seed: 1, stop: [] });
    const sound = await draw();
    await model.save(folder);
    await model.forwardBackward(randomData(1, 4), { kind: "cross-entropy" });
    await model.optimStep({ learningRate: 1e30 });
    await expect(draw()).rejects.toThrow(
      expect.objectContaining({ code: "unsupported", message: expect.stringContaining("have diverged") }),
    );
    await model.load(folder);
    expect(await draw()).toEqual(sound);
  });
});

describe("a damaged checkpoint is refused with one clear error:", () => {
  let sound: string;
  beforeAll(async () => {
    sound = place();
    await using model = await smallModel();
    await train(model, 0, 1);
    await model.save(sound);
  });

  const edit = async (
    folder: string,
    name: string,
    change: (bytes: Buffer<ArrayBufferLike>) => Uint8Array | string,
  ): Promise<void> => writeFile(join(folder, name), change(await readFile(join(folder, name))));
  const json =
    (change: (value: any) => void) =>
    (bytes: Buffer<ArrayBufferLike>): string => {
      const value: unknown = JSON.parse(bytes.toString());
      change(value);
      return JSON.stringify(value);
    };
  const flipped = (bytes: Buffer<ArrayBufferLike>): Uint8Array => bytes.with(-9, bytes.at(-9)! ^ 1);
  /** Without digests, as another tool would leave it: only the contents count then. */
  const unlisted = (folder: string): Promise<void> =>
    edit(
      folder,
      "config.json",
      json((config) => delete config.files),
    );
  const tensors =
    (change: (tensors: Map<string, { name: string; shape: readonly number[]; data: Float32Array }>) => void) =>
    (bytes: Buffer<ArrayBufferLike>): Uint8Array => {
      const file = decodeSafetensors(bytes, "f");
      const map = new Map(file.tensors);
      change(map);
      return encodeSafetensors([...map.values()], file.metadata);
    };

  const damages: readonly (readonly [string, (folder: string) => Promise<unknown>, string, string])[] = [
    [
      "no folder",
      (folder) => rm(folder, { recursive: true }),
      "not-found",
      "holds no checkpoint: there is no config.json",
    ],
    ["no config.json", (folder) => rm(join(folder, "config.json")), "not-found", "there is no config.json"],
    ["no weights", (folder) => rm(join(folder, "model.safetensors")), "not-found", "there is no model.safetensors"],
    ["no tokenizer", (folder) => rm(join(folder, "tokenizer.json")), "not-found", "there is no tokenizer.json"],
    [
      "no optimiser's state, though it was saved",
      (folder) => rm(join(folder, "optimizer.safetensors")),
      "not-found",
      "there is no optimizer.safetensors",
    ],
    [
      "a configuration cut short",
      (folder) => edit(folder, "config.json", (bytes) => bytes.subarray(0, 40)),
      "corrupt-file",
      "config.json is not JSON",
    ],
    [
      "a configuration of something else",
      (folder) => edit(folder, "config.json", () => '{"hello": 1}'),
      "corrupt-file",
      "config.json is no configuration",
    ],
    [
      "a later version",
      (folder) =>
        edit(
          folder,
          "config.json",
          json((config) => (config.version = 2)),
        ),
      "corrupt-file",
      "version",
    ],
    [
      "sizes that cannot be",
      (folder) =>
        edit(
          folder,
          "config.json",
          json((config) => (config.architecture.width = 33)),
        ),
      "corrupt-file",
      "width must be a multiple of 32",
    ],
    [
      "sizes that would take all memory",
      (folder) =>
        edit(
          folder,
          "config.json",
          json((config) => (config.architecture.layers = 1e9)),
        ),
      "corrupt-file",
      "layers must be",
    ],
    [
      "weights cut short",
      (folder) => edit(folder, "model.safetensors", (bytes) => bytes.subarray(0, bytes.length - 100)),
      "corrupt-file",
      "model.safetensors has",
    ],
    [
      "one bit of the weights changed",
      (folder) => edit(folder, "model.safetensors", flipped),
      "corrupt-file",
      "model.safetensors does not have the SHA-256",
    ],
    [
      "one bit of the optimiser's state changed",
      (folder) => edit(folder, "optimizer.safetensors", flipped),
      "corrupt-file",
      "optimizer.safetensors does not have the SHA-256",
    ],
    [
      "weights cut short, unlisted",
      async (folder) => [
        await unlisted(folder),
        await edit(folder, "model.safetensors", (bytes) => bytes.subarray(0, bytes.length - 100)),
      ],
      "corrupt-file",
      "model.safetensors is not a sound safetensors file: it is cut off",
    ],
    [
      "a NaN, unlisted",
      async (folder) => [
        await unlisted(folder),
        await edit(
          folder,
          "model.safetensors",
          tensors((map) => (map.get("norm.scale")!.data[3] = NaN)),
        ),
      ],
      "corrupt-file",
      "norm.scale holds NaN at index 3",
    ],
    [
      "a tensor missing, unlisted",
      async (folder) => [
        await unlisted(folder),
        await edit(
          folder,
          "model.safetensors",
          tensors((map) => map.delete("norm.shift")),
        ),
      ],
      "corrupt-file",
      "lacks the tensor norm.shift",
    ],
    [
      "a tensor too many, unlisted",
      async (folder) => [
        await unlisted(folder),
        await edit(
          folder,
          "model.safetensors",
          tensors((map) => map.set("extra", { name: "extra", shape: [1], data: new Float32Array(1) })),
        ),
      ],
      "corrupt-file",
      "does not have: extra",
    ],
    [
      "a tensor of another shape, unlisted",
      async (folder) => [
        await unlisted(folder),
        await edit(
          folder,
          "model.safetensors",
          tensors((map) => map.set("norm.scale", { name: "norm.scale", shape: [16], data: new Float32Array(16) })),
        ),
      ],
      "corrupt-file",
      "norm.scale has shape [16]",
    ],
    [
      "weights for other sizes, unlisted",
      async (folder) => [
        await unlisted(folder),
        await edit(
          folder,
          "config.json",
          json((config) => (config.architecture.layers = 3)),
        ),
      ],
      "corrupt-file",
      "lacks the tensor layers.2",
    ],
    [
      "a negative second moment, unlisted",
      async (folder) => [
        await unlisted(folder),
        await edit(
          folder,
          "optimizer.safetensors",
          tensors((map) => (map.get("v.norm.scale")!.data[0] = -1)),
        ),
      ],
      "corrupt-file",
      "negative second moment",
    ],
    [
      "an optimiser's state without its step, unlisted",
      async (folder) => [
        await unlisted(folder),
        await edit(folder, "optimizer.safetensors", (bytes) =>
          encodeSafetensors([...decodeSafetensors(bytes, "f").tensors.values()]),
        ),
      ],
      "corrupt-file",
      "does not say at which step",
    ],
    [
      "a tokenizer of something else, unlisted",
      async (folder) => [await unlisted(folder), await edit(folder, "tokenizer.json", () => "[]")],
      "corrupt-file",
      "tokenizer.json is not a tokenizer",
    ],
    [
      "a tokenizer larger than the vocabulary, unlisted",
      async (folder) => [
        await unlisted(folder),
        await edit(
          folder,
          "tokenizer.json",
          json((value) => value.pieces.push("aa", "bb", "cc", "dd", "ee", "ff", "gg")),
        ),
      ],
      "corrupt-file",
      "vocabulary must be at least",
    ],
    [
      "a folder in the place of a file",
      async (folder) => [await rm(join(folder, "model.safetensors")), await mkdir(join(folder, "model.safetensors"))],
      "io-failed",
      "could not read",
    ],
  ];
  test.each(damages)("%s", async (_what, damage, code, message) => {
    const folder = place();
    await mkdir(folder);
    for (const name of await readdir(sound)) await copyFile(join(sound, name), join(folder, name));
    await damage(folder);
    const error: unknown = await loadTinyModel(folder).then(
      async (model) => {
        await model[Symbol.asyncDispose]();
      },
      (thrown: unknown) => thrown,
    );
    expect(GemError.isInstance(error) && error.code).toBe(code);
    expect((error as Error).message).toContain(folder);
    expect((error as Error).message).toContain(message);
  });

  test("a folder that another tool wrote, without digests, is read", async () => {
    const folder = place();
    await mkdir(folder);
    for (const name of await readdir(sound)) await copyFile(join(sound, name), join(folder, name));
    await unlisted(folder);
    expect(await readCheckpointFolder(folder)).toMatchObject({ optimizer: { step: 1 } });
  });
});

describe("a save that is killed", () => {
  const contents = async (folder: string): Promise<Float32Array> => (await readCheckpointFolder(folder)).parameters;

  test("at any moment leaves the old checkpoint or the new one, and the next save puts all in order", async () => {
    const [before, after, next] = [place(), place(), place()];
    await using model = await smallModel();
    await train(model, 0, 1);
    await model.save(before);
    await train(model, 1, 2);
    await model.save(after);
    const [old, fresh] = [await contents(before), await contents(after)];
    await train(model, 2, 3);
    await model.save(next);
    const names = ["config.json", "model.safetensors", "tokenizer.json", "optimizer.safetensors"];

    // Killed while the new files were being written, the last of them half done: `written` of them are whole.
    for (let written = 0; written <= names.length; written++) {
      const folder = place();
      await mkdir(folder);
      for (const name of names) await copyFile(join(before, name), join(folder, name));
      for (const name of names.slice(0, written)) await copyFile(join(after, name), join(folder, `${name}.saving`));
      if (written < names.length)
        await writeFile(
          join(folder, `${names[written]}.saving`),
          (await readFile(join(after, names[written]!))).subarray(0, 10),
        );
      expect(await contents(folder)).toEqual(old);
      await model.save(folder);
      expect(await filesOf(folder)).toEqual(await filesOf(next));
    }

    // Killed while the files were taking their places, config.json first: `renamed` of them had.
    for (let renamed = 1; renamed <= names.length; renamed++) {
      const folder = place();
      await mkdir(folder);
      for (const name of names) await copyFile(join(before, name), join(folder, name));
      for (const name of names) await copyFile(join(after, name), join(folder, `${name}.saving`));
      for (const name of names.slice(0, renamed)) await rename(join(folder, `${name}.saving`), join(folder, name));
      expect(await contents(folder)).toEqual(fresh);
      await model.save(folder);
      expect(await filesOf(folder)).toEqual(await filesOf(next));
    }
  });

  test("leaves strangers' files alone", async () => {
    const folder = place();
    await mkdir(folder);
    await writeFile(join(folder, "notes.txt"), "mine");
    await using model = await smallModel();
    await model.save(folder);
    await model.save(folder);
    expect((await readFile(join(folder, "notes.txt"))).toString()).toBe("mine");
  });

  test("that cannot write says so, and saves of one model to one folder take their turns", async () => {
    const file = place();
    await writeFile(file, "a file");
    await using model = await smallModel();
    const error: unknown = await model.save(join(file, "below")).catch((thrown: unknown) => thrown);
    expect(GemError.isInstance(error) && error.code).toBe("io-failed");
    expect((error as Error).message).toContain("could not save to");
    const folder = place();
    await Promise.all([model.save(folder), model.save(folder), model.save(folder)]);
    expect(await contents(folder)).toHaveLength(parameterTable(model.architecture).size);
  });
});

test("the base model loads, or says how to make it", async () => {
  const outcome: unknown = await loadBase().catch((error: unknown) => error);
  if (GemError.isInstance(outcome)) {
    expect(outcome).toMatchObject({ code: "not-found", hint: "Make it with: gem pretrain" });
  } else {
    const model = outcome as TinyModel;
    expect(model.name).toBe("tiny-base");
    await model[Symbol.asyncDispose]();
  }
});
