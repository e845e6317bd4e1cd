import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, cp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRng } from "@gem-ts/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRun, resumeTraining, train, type TrainingEvent } from "../src/index.ts";
import { alphabetEnv } from "./fixtures/alphabet.ts";
import { BigramModel } from "./fixtures/bigram-model.ts";
import { caught } from "./fixtures/caught.ts";
import { killConfig } from "./fixtures/kill-config.ts";
import { reproducibleFiles } from "./fixtures/run-files.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const script = join(import.meta.dirname, "fixtures", "training-process.ts");

/** A device without room: writing to it fails as on a full disk. */
const FULL = "/dev/full";

/** What a run that nobody stops leaves behind. */
let uninterrupted: Record<string, string>;
let whole: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  whole = await temporaryFolder();
  await train({ model: new BigramModel(), env: alphabetEnv(), folder: whole.path, config: killConfig });
  uninterrupted = await reproducibleFiles(whole.path);
});

afterAll(() => whole[Symbol.asyncDispose]());

const resume = (folder: string) => resumeTraining({ model: new BigramModel(), env: alphabetEnv(), folder });

/** Starts a process that trains in the folder; `says` waits until it has said one of the words. */
function start(folder: string, pause = ""): { says(...words: string[]): Promise<void>; kill(): Promise<void> } {
  const child = spawn(process.execPath, [script, folder, pause], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let complaints = "";
  let ended = false;
  child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const exit = once(child, "close").then(() => (ended = true));
  return {
    says: async (...words) => {
      while (!words.some((word) => said.includes(word))) {
        if (ended) throw new Error(`the process ended before it said ${words.join(" or ")}: ${complaints}`);
        await Promise.race([once(child.stdout, "data"), exit]);
      }
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

describe("a run killed with SIGKILL and resumed is the run that was never stopped, byte for byte:", () => {
  it.each([
    ["in the forward pass of an update", "forward-backward:11"],
    ["between two minibatches of an update", "forward-backward:14"],
    ["in the middle of an optimiser step", "optim-step:18"],
    ["while a checkpoint is written", "save:3"],
    ["after an iteration, before its checkpoint", "iteration:6"],
    ["after a checkpoint", "checkpoint:3"],
    ["within an evaluation", "progress:60"],
    ["after an evaluation", "evaluation:2"],
  ])("killed %s", async (_when, pause) => {
    await using folder = await temporaryFolder();
    const process = start(folder.path, pause);
    await process.says("paused");
    await process.kill();
    expect(await resume(folder.path)).toMatchObject({ outcome: "finished", iteration: 12 });
    expect(await reproducibleFiles(folder.path)).toEqual(uninterrupted);
  });

  it("killed before its first checkpoint is complete, when it is no run yet and can be started anew", async () => {
    await using folder = await temporaryFolder();
    const process = start(folder.path, "save:1");
    await process.says("paused");
    await process.kill();
    expect(await caught(() => resume(folder.path))).toMatchObject({ code: "not-found" });
    await train({ model: new BigramModel(), env: alphabetEnv(), folder: folder.path, config: killConfig });
    expect(await reproducibleFiles(folder.path)).toEqual(uninterrupted);
  });

  it("killed again and again at random moments", { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder();
    const rng = createRng(20251001);
    for (let kills = 0; kills < 5; kills++) {
      const process = start(folder.path);
      await process.says("started", "finished");
      await new Promise((resolve) => setTimeout(resolve, rng.int(0, 120)));
      await process.kill();
    }
    await start(folder.path).says("finished");
    expect(await reproducibleFiles(folder.path)).toEqual(uninterrupted);
  });

  it("killed in the middle of a line", async () => {
    await using folder = await temporaryFolder();
    const process = start(folder.path, "iteration:5");
    await process.says("paused");
    await process.kill();
    await appendFile(join(folder.path, "metrics.jsonl"), '{"iteration":6,"epis');
    await appendFile(join(folder.path, "evaluations.jsonl"), '{"itera');
    await writeFile(join(folder.path, "config.json.partial"), "{");
    await resume(folder.path);
    expect(await reproducibleFiles(folder.path)).toEqual(uninterrupted);
  });

  it("killed while old checkpoints are dropped, after the last iteration", async () => {
    await using folder = await copy();
    // As a kill leaves it: the checkpoint that was to go is half gone.
    const old = join(folder.path, "checkpoints", "iteration-000006");
    await cp(join(folder.path, "checkpoints", "iteration-000009"), old, { recursive: true });
    await rm(join(old, "state.json"));
    await resume(folder.path);
    expect(await reproducibleFiles(folder.path)).toEqual(uninterrupted);
  });

  it("killed between a checkpoint and the pointer to it", async () => {
    await using folder = await temporaryFolder();
    const process = start(folder.path, "checkpoint:3");
    await process.says("paused");
    await process.kill();
    // As the kernel would have left it: iteration 6 is on disk, and `latest` still names iteration 3.
    await writeFile(join(folder.path, "checkpoints", "latest"), "iteration-000003\n");
    await resume(folder.path);
    expect(await reproducibleFiles(folder.path)).toEqual(uninterrupted);
  });
});

describe("an aborted run", () => {
  it.each([
    [
      "while episodes are collected",
      (event: TrainingEvent) =>
        event.type === "progress" && event.phase === "collect" && event.iteration === 5 && event.done === 2,
      4,
    ],
    [
      "while it is evaluated",
      (event: TrainingEvent) =>
        event.type === "progress" && event.phase === "evaluate" && event.iteration === 8 && event.done === 13,
      8,
    ],
    ["between iterations", (event: TrainingEvent) => event.type === "iteration" && event.metrics.iteration === 7, 7],
    ["at once", (event: TrainingEvent) => event.type === "run-start", 0],
  ] as const)("stops with a checkpoint and goes on exactly: %s", async (_when, isMoment, iteration) => {
    await using folder = await temporaryFolder();
    const stop = new AbortController();
    const events: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent): void => {
      events.push(event);
      if (isMoment(event)) stop.abort();
    };
    const result = await train({
      model: new BigramModel(),
      env: alphabetEnv(),
      folder: folder.path,
      config: killConfig,
      signal: stop.signal,
      onEvent,
    });
    expect(result).toMatchObject({ outcome: "aborted", iteration });
    expect(events.at(-1)).toMatchObject({ type: "run-end", outcome: "aborted", iteration });
    expect((await readRun(folder.path)).latest.iteration).toBe(iteration);
    expect(await resume(folder.path)).toMatchObject({ outcome: "finished", iteration: 12 });
    expect(await reproducibleFiles(folder.path)).toEqual(uninterrupted);
  });

  it("finishes an update that has begun", async () => {
    await using folder = await temporaryFolder();
    const stop = new AbortController();
    let passes = 0;
    const model = new BigramModel({
      onPoint: (point) => void (point === "forward-backward" && ++passes === 6 && stop.abort()),
    });
    expect(
      await train({ model, env: alphabetEnv(), folder: folder.path, config: killConfig, signal: stop.signal }),
    ).toMatchObject({ outcome: "aborted", iteration: 2 });
    await resume(folder.path);
    expect(await reproducibleFiles(folder.path)).toEqual(uninterrupted);
  });
});

describe("resuming", () => {
  it("a finished run changes nothing", async () => {
    const before = await reproducibleFiles(whole.path);
    expect(await resume(whole.path)).toMatchObject({ outcome: "finished", iteration: 12 });
    expect(await reproducibleFiles(whole.path)).toEqual(before);
  });

  it("a finished run with fewer iterations finds nothing to do", async () => {
    await using folder = await copy();
    const result = await resumeTraining({
      model: new BigramModel(),
      env: alphabetEnv(),
      folder: folder.path,
      config: { iterations: 11 },
    });
    expect(result).toMatchObject({ outcome: "finished", iteration: 12 });
  });

  it("a finished run with more iterations is the longer run", async () => {
    await using folder = await temporaryFolder();
    await train({
      model: new BigramModel(),
      env: alphabetEnv(),
      folder: folder.path,
      config: { ...killConfig, iterations: 8 },
    });
    const { onEvent, events } = listener();
    await resumeTraining({
      model: new BigramModel(),
      env: alphabetEnv(),
      folder: folder.path,
      config: { ...killConfig },
      onEvent,
    });
    expect(events[0]).toMatchObject({ type: "resumed", iteration: 8, config: { iterations: 12 } });
    expect(await reproducibleFiles(folder.path)).toEqual(uninterrupted);
  });

  it("refuses to make another run of it", async () => {
    const wanted = { ...killConfig, gamma: 1, seed: 4 };
    const error = await caught(() =>
      resumeTraining({ model: new BigramModel(), env: alphabetEnv(), folder: whole.path, config: wanted }),
    );
    expect(error).toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(/gamma \(0\.9, not 1\).*|seed \(3, not 4\).*/),
    });
  });

  it("refuses a folder without a run", async () => {
    await using folder = await temporaryFolder();
    expect(await caught(() => resume(folder.path))).toMatchObject({ code: "not-found" });
    expect(await caught(() => resume(join(folder.path, "nowhere")))).toMatchObject({ code: "not-found" });
    expect(await caught(() => readRun(folder.path))).toMatchObject({ code: "not-found" });
  });
});

describe("a new run", () => {
  it("is not started over an old one", async () => {
    const error = await caught(() =>
      train({ model: new BigramModel(), env: alphabetEnv(), folder: whole.path, config: killConfig }),
    );
    expect(error).toMatchObject({ code: "bad-option", hint: "Resume it, or choose another folder." });
    expect(await reproducibleFiles(whole.path)).toEqual(uninterrupted);
  });

  it("is not started over the remains of one", async () => {
    await using folder = await copy();
    await rm(join(folder.path, "config.json"));
    expect(
      await caught(() =>
        train({ model: new BigramModel(), env: alphabetEnv(), folder: folder.path, config: killConfig }),
      ),
    ).toMatchObject({ code: "bad-option" });
  });

  it("says where it cannot write", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "file");
    await writeFile(file, "");
    const error = await caught(() =>
      train({ model: new BigramModel(), env: alphabetEnv(), folder: join(file, "run"), config: killConfig }),
    );
    expect(error).toMatchObject({ code: "io-failed", hint: expect.stringContaining("choose another folder") });
  });

  it.skipIf(!existsSync(FULL))("says that the disk is full", async () => {
    await using folder = await temporaryFolder();
    const full = new BigramModel({
      onPoint: async (point) => void (point === "save" && (await writeFile(FULL, "weights"))),
    });
    const error = await caught(() =>
      train({ model: full, env: alphabetEnv(), folder: join(folder.path, "run"), config: killConfig }),
    );
    expect(error).toMatchObject({
      code: "io-failed",
      message: expect.stringContaining("ENOSPC"),
      hint: expect.stringContaining("make room"),
    });
  });

  it.skipIf(!existsSync(FULL))(
    "that runs out of room keeps its checkpoints and goes on once there is some",
    async () => {
      await using folder = await temporaryFolder();
      let saves = 0;
      const full = new BigramModel({
        onPoint: async (point) => void (point === "save" && ++saves === 3 && (await writeFile(FULL, "weights"))),
      });
      expect(
        await caught(() => train({ model: full, env: alphabetEnv(), folder: folder.path, config: killConfig })),
      ).toMatchObject({ code: "io-failed" });
      expect((await readRun(folder.path)).checkpoints.map(({ iteration }) => iteration)).toEqual([0, 3]);
      await resume(folder.path);
      expect(await reproducibleFiles(folder.path)).toEqual(uninterrupted);
    },
  );
});

describe("a damaged run is refused with the place of the damage:", () => {
  const damages: [string, (folder: string) => Promise<void>, RegExp][] = [
    ["config.json is no JSON", (folder) => writeFile(join(folder, "config.json"), "{"), /config\.json is not JSON/],
    [
      "config.json lacks the settings",
      (folder) => writeFile(join(folder, "config.json"), '{"version":1,"model":"m","config":{}}'),
      /config\.json does not hold/,
    ],
    ["latest is gone", (folder) => rm(join(folder, "checkpoints", "latest")), /latest is missing/],
    [
      "latest names no checkpoint",
      (folder) => writeFile(join(folder, "checkpoints", "latest"), "../../etc"),
      /latest does not name a checkpoint/,
    ],
    [
      "the checkpoint is gone",
      (folder) => rm(join(folder, "checkpoints", "iteration-000012"), { recursive: true }),
      /iteration-000012 is missing or not complete/,
    ],
    [
      "state.json is no state",
      (folder) => writeFile(join(folder, "checkpoints", "iteration-000012", "state.json"), "[]"),
      /state\.json does not hold/,
    ],
    [
      "state.json is another's",
      (folder) =>
        cp(
          join(folder, "checkpoints", "iteration-000009", "state.json"),
          join(folder, "checkpoints", "iteration-000012", "state.json"),
        ),
      /state\.json is of iteration 9/,
    ],
    [
      "the weights are cut",
      (folder) => truncate(join(folder, "checkpoints", "iteration-000012", "weights.bin"), 100),
      /cannot be loaded: the file is too short/,
    ],
    [
      "metrics are gone",
      (folder) => rm(join(folder, "metrics.jsonl")),
      /metrics\.jsonl does not have one line for each iteration from 1 to 12/,
    ],
    [
      "a line of metrics is damaged",
      (folder) => damageLine(join(folder, "metrics.jsonl"), 4),
      /metrics\.jsonl, line 5, is not JSON/,
    ],
    [
      "a line of evaluations is damaged",
      (folder) => damageLine(join(folder, "evaluations.jsonl"), 1),
      /evaluations\.jsonl, line 2, is not JSON/,
    ],
  ];
  it.each(damages)("%s", async (_what, damage, message) => {
    await using folder = await copy();
    await damage(folder.path);
    expect(await caught(() => resume(folder.path))).toMatchObject({
      code: "corrupt-file",
      message: expect.stringMatching(message),
    });
  });
});

async function copy(): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder();
  await cp(whole.path, folder.path, { recursive: true });
  return folder;
}

async function damageLine(path: string, index: number): Promise<void> {
  const lines = (await readFile(path, "utf8")).split("\n");
  lines[index] = lines[index]!.slice(0, 10);
  await writeFile(path, lines.join("\n"));
}

function listener(): { readonly events: TrainingEvent[]; onEvent(event: TrainingEvent): void } {
  const events: TrainingEvent[] = [];
  return { events, onEvent: (event) => events.push(event) };
}
