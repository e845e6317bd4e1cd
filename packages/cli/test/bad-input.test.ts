import { cp, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gem, type GemResult, saveSmallModel, shell, startGem } from "./gem.ts";

const GUESS = "game:GuessTheNumber-v0-hard";
let folder = "";
let model = "";
let broken = "";
let file = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gem-cli-"));
  model = join(folder, "model");
  broken = join(folder, "broken");
  file = join(folder, "file");
  await saveSmallModel(model);
  await cp(model, broken, { recursive: true });
  await truncate(join(broken, "model.safetensors"), 1000);
  await writeFile(file, "a regular file\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** One clear message, no stack, nothing on standard output. */
function expectMistake({ stdout, stderr, exitCode }: GemResult, code: number, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^error: /);
  expect(stderr.match(/^error: /gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(stdout).toBe("");
  expect(exitCode).toBe(code);
}

describe("what is wrong on the command line ends with code 2", () => {
  test("an unknown environment, with the nearest", async () => {
    expectMistake(
      await gem("run", "game:GuesTheNumber-v0-hard"),
      2,
      /no environment "game:GuesTheNumber-v0-hard"\nhint: Did you mean game:GuessTheNumber-v0-hard/,
    );
  });

  test.each([["eval"], ["train"]])("an unknown environment for gem %s", async (command) => {
    expectMistake(await gem(command, "game:Nothing-v9"), 2, /no environment "game:Nothing-v9"/);
  });

  test("an unknown command, with the nearest", async () => {
    expectMistake(await gem("trian"), 2, /unknown command 'trian'\nhint: Did you mean train\?/);
  });

  test("an unknown flag, with the nearest", async () => {
    expectMistake(await gem("run", GUESS, "--sede", "3"), 2, /unknown option '--sede'\nhint: Did you mean --seed\?/);
  });

  test("an unknown policy, with the nearest", async () => {
    expectMistake(await gem("run", GUESS, "--policy", "radnom"), 2, /no policy "radnom"\nhint: Did you mean random\?/);
  });

  test("an unknown algorithm, with the nearest", async () => {
    expectMistake(
      await gem("train", GUESS, "--algorithm", "rebm", "--model", model, "--run", join(folder, "never")),
      2,
      /no algorithm "rebm"\nhint: Did you mean rebn/,
    );
    expect(existsSync(join(folder, "never"))).toBe(false);
  });

  test("a missing environment", async () => {
    expectMistake(await gem("run"), 2, /missing required argument 'id'/);
    expectMistake(await gem("train"), 2, /which environment\?/);
  });

  test.each(["-1", "1.5", "9007199254740992", "seven", ""])("the seed %j", async (seed) => {
    expectMistake(await gem("run", GUESS, `--seed=${seed}`), 2, /--seed.*whole number from 0 to 9007199254740991/);
  });

  test.each([
    ["--episodes", "0"],
    ["--episodes", "many"],
    ["--temperature", "-1"],
    ["--temperature", "NaN"],
    ["--workers", "1000"],
  ])("%s %s", async (flag, value) => {
    expectMistake(await gem("eval", GUESS, flag, value), 2, new RegExp(`${flag} .*invalid.*It must be a`));
  });

  test("a configuration that does not fit", async () => {
    expectMistake(
      await gem("run", GUESS, "--set", "max=lots"),
      2,
      /configuration of game:GuessTheNumber-v0-hard is not valid/,
    );
    expectMistake(
      await gem("run", GUESS, "--set", "maximum=9"),
      2,
      /no setting "maximum"\nhint: Its settings are min, max/,
    );
    expectMistake(await gem("run", GUESS, "--set", "constructor=9"), 2, /no setting "constructor"/);
    expectMistake(await gem("run", GUESS, "--set", "max"), 2, /must be key=value/);
  });

  test("a style that the environment does not have", async () => {
    const pack = new URL("fixtures/coin-pack.ts", import.meta.url).pathname;
    expectMistake(await gem("run", "coin:Flip-v0", "--pack", pack, "--style", "compact"), 2, /no compact prompts/);
    expectMistake(await gem("run", "coin:Flip-v0", "--pack", pack, "--policy", "oracle"), 2, /no oracle policy/);
  });

  test("settings for a resumed run", async () => {
    expectMistake(await gem("train", "--resume", folder, "--gamma", "0.5"), 2, /--gamma cannot be given with --resume/);
    expectMistake(await gem("train", GUESS, "--resume", folder), 2, /knows its environment/);
  });
});

describe("what cannot be done ends with code 1", () => {
  test("a checkpoint that is not there", async () => {
    expectMistake(await gem("eval", GUESS, "--model", join(folder, "nowhere")), 1, /no checkpoint or run at .*nowhere/);
  });

  test("a checkpoint that is broken", async () => {
    expectMistake(await gem("eval", GUESS, "--model", broken, "--workers", "0"), 1, /model\.safetensors/);
    expectMistake(await gem("run", GUESS, "--policy", broken), 1, /model\.safetensors/);
    expectMistake(
      await gem("train", GUESS, "--model", broken, "--run", join(folder, "from-broken")),
      1,
      /model\.safetensors/,
    );
    expect(existsSync(join(folder, "from-broken"))).toBe(false);
  });

  test("a folder that is no checkpoint, and a file that is none", async () => {
    const empty = await mkdtemp(join(folder, "empty-"));
    expectMistake(await gem("run", GUESS, "--policy", empty), 1, /config\.json/);
    expectMistake(await gem("run", GUESS, "--policy", file), 1, /is a file; a checkpoint is a folder/);
  });

  test("a run that is not there, and one below a file", async () => {
    expectMistake(await gem("train", "--resume", join(folder, "nowhere")), 1, /holds no run/);
    expectMistake(
      await gem("train", GUESS, "--model", model, "--run", join(file, "run")),
      1,
      /cannot make the folder .*a part of the path is a file/,
    );
  });

  test("a pack that is not there, fails to load, or is none", async () => {
    expectMistake(await gem("list", "--pack", "./nowhere.ts"), 1, /no pack at/);
    expectMistake(await gem("list", "--pack", "no-such-package"), 1, /cannot find the pack no-such-package/);
    const empty = join(folder, "no-pack.mjs");
    await writeFile(empty, "export const nothing = 1;\n");
    expectMistake(await gem("list", "--pack", empty), 1, /exports no environment pack/);
    await writeFile(join(folder, "bad.mjs"), "throw new Error('out of order');\n");
    expectMistake(await gem("list", "--pack", join(folder, "bad.mjs")), 1, /failed to load: out of order/);
    await writeFile(join(folder, "gem.config.mjs"), "export default { packs: [1] };\n");
    expectMistake(await startGem(["list"], { folder }).result, 1, /gem\.config\.mjs exports a broken environment pack/);
  });

  test("a pack whose parts are broken", async () => {
    const broken = async (name: string, code: string): Promise<GemResult> => {
      await writeFile(join(folder, name), code);
      return gem("list", "--pack", join(folder, name));
    };
    expectMistake(
      await broken("part.mjs", 'export const p = { name: "x", summary: "y", envs: [{ id: "a:B", step() {} }] };'),
      1,
      /failed to load: a:B lacks summary, config, .*\nhint: A definition has id/,
    );
    expectMistake(
      await broken("empty.mjs", 'export const p = { name: "x", summary: "y", envs: [] };'),
      1,
      /broken environment pack/,
    );
    expectMistake(
      await broken("id.mjs", 'export const p = { name: "x", summary: "y", envs: [{ id: "a b" }] };'),
      1,
      /"a b" is not an environment id\nhint: Write "namespace:Name"/,
    );
    expectMistake(await broken("syntax.mjs", "export const p = {;"), 1, /failed to load: .*\nhint: --verbose shows/);
    expectMistake(await gem("list", "--pack", folder), 1, /is a folder; a pack is a module/);
  });

  test("two packs of one id", async () => {
    const pack = new URL("fixtures/coin-pack.ts", import.meta.url).pathname;
    await writeFile(
      join(folder, "copy.mjs"),
      `import { coins } from ${JSON.stringify(pack)};\nexport const copy = { ...coins, name: "copy" };\n`,
    );
    expectMistake(
      await gem("list", "--pack", pack, "--pack", join(folder, "copy.mjs")),
      1,
      /two packs, .*define coin:Flip\nhint: Leave one/,
    );
  });

  test("a folder of a base model below a file", async () => {
    expectMistake(
      await gem("pretrain", "--quick", "--out", join(file, "base")),
      1,
      /cannot write .*a part of the path is a file/,
    );
  });

  test.skipIf(!existsSync("/proc/self"))(
    "a file system that takes no folders, where Node's own mkdir never returns",
    async () => {
      for (const command of [
        ["train", GUESS, "--model", model, "--run"],
        ["pretrain", "--quick", "--out"],
      ]) {
        expectMistake(await gem(...command, "/proc/no/such"), 1, /cannot (make the folder|write) \/proc\/no\/such/);
      }
    },
  );

  test.skipIf(!existsSync("/dev/full"))("standard output that is full", async () => {
    const { stderr, exitCode } = await shell("$GEM list > /dev/full");
    expect(stderr).toMatch(/^error: cannot write to standard output.*no space left/);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(exitCode).toBe(1);
  });
});

describe("the place of an error", () => {
  test("shows with --verbose and with GEM_DEBUG", async () => {
    expect((await gem("run", "game:Nothing-v9", "--verbose")).stderr).toMatch(/^ {4}at /m);
    expect((await startGem(["run", "game:Nothing-v9"], { env: { GEM_DEBUG: "1" } }).result).stderr).toMatch(
      /^ {4}at /m,
    );
  });
});

test("a reader that has seen enough is no error", async () => {
  const { stderr } = await shell("$GEM list --json | head -c 1 > /dev/null");
  expect(stderr).toBe("");
});
