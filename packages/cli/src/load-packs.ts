import { type AnyEnvDefinition, defineEnv, type EnvPack, GemError, messageOf } from "@gem-ts/core";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";

/** Options of {@link loadPacks}. */
export interface LoadPacksOptions {
  /** Modules that export packs: package names, or paths of files. */
  readonly modules?: readonly string[];
  /** Where `gem.config.ts` is looked for and paths start; the working folder by default. */
  readonly folder?: string;
}

const CONFIG_FILES = ["gem.config.ts", "gem.config.mts", "gem.config.js", "gem.config.mjs"] as const;

const packSchema = z.object({
  name: z.string(),
  summary: z.string(),
  envs: z.array(z.custom<AnyEnvDefinition>()).min(1),
});

/**
 * The built-in packs, those of `gem.config.ts` and those of `modules`, in this order.
 *
 * @throws GemError `not-found` for a module that is not there, `bad-definition` for one that fails to load, exports no
 * pack, or defines an id again.
 */
export async function loadPacks(options: LoadPacksOptions = {}): Promise<readonly EnvPack[]> {
  const folder = options.folder ?? process.cwd();
  const { games } = await import("@gem-ts/envs-games");
  const packs: EnvPack[] = [games];
  const config = CONFIG_FILES.map((name) => join(folder, name)).find((file) => existsSync(file));
  if (config !== undefined) packs.push(...(await packsOfConfig(config)));
  for (const module of options.modules ?? []) packs.push(...(await packsOfModule(module, folder)));
  return withoutClashes(packs);
}

async function packsOfConfig(file: string): Promise<EnvPack[]> {
  const { default: config } = (await importFile(file, file)) as { readonly default?: unknown };
  const parsed = z.strictObject({ packs: z.array(z.unknown()).optional() }).safeParse(config);
  if (!parsed.success) {
    throw new GemError("bad-definition", `${file} does not export a configuration`, {
      hint: 'Write "export default defineConfig({ packs: [myPack] })".',
    });
  }
  return (parsed.data.packs ?? []).map((value) => asPack(value, file));
}

async function packsOfModule(module: string, folder: string): Promise<EnvPack[]> {
  const exported = await importFile(locate(module, folder), module);
  const packs = new Set<EnvPack>();
  for (const value of Object.values(exported)) {
    if (isPackLike(value)) packs.add(asPack(value, module));
  }
  if (packs.size === 0) {
    throw new GemError("bad-definition", `${module} exports no environment pack`, {
      hint: 'A pack module says "export const myPack = definePack({ name, summary, envs })".',
    });
  }
  return [...packs];
}

function isPackLike(value: unknown): boolean {
  return typeof value === "object" && value !== null && "envs" in value && Array.isArray(value.envs);
}

/** The pack that `value` is; it may come from plain JavaScript, so every definition is looked at. */
function asPack(value: unknown, from: string): EnvPack {
  const parsed = packSchema.safeParse(value);
  if (!parsed.success) {
    const problem = z.prettifyError(parsed.error).replaceAll(/\s+/g, " ");
    throw new GemError("bad-definition", `${from} exports a broken environment pack: ${problem}`, {
      hint: 'Write "definePack({ name, summary, envs })".',
    });
  }
  for (const definition of parsed.data.envs) {
    try {
      // The looser type of the two modes; both are checked alike.
      defineEnv(definition as Parameters<typeof defineEnv>[0]);
    } catch (error) {
      throw failedToLoad(from, error);
    }
  }
  return value as EnvPack;
}

/** A path, or the file behind a package's name as seen from the working folder rather than from this package. */
function locate(module: string, folder: string): string {
  if (module.startsWith(".") || isAbsolute(module)) {
    const file = resolve(folder, module);
    if (!existsSync(file)) throw new GemError("not-found", `there is no pack at ${file}`);
    if (statSync(file).isDirectory()) {
      throw new GemError("not-found", `${file} is a folder; a pack is a module`, {
        hint: 'Name the file in it that exports the pack, such as "./my-pack/src/index.ts".',
      });
    }
    return file;
  }
  try {
    return createRequire(join(folder, "package.json")).resolve(module);
  } catch (error) {
    throw new GemError("not-found", `cannot find the pack ${module}`, {
      cause: error,
      hint: `Install it ("npm install ${module}"), or give the path of a file ("./${module}").`,
    });
  }
}

async function importFile(file: string, name: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw failedToLoad(name, error);
  }
}

function failedToLoad(name: string, error: unknown): GemError {
  return new GemError("bad-definition", `${name} failed to load: ${messageOf(error)}`, {
    cause: error,
    hint: (GemError.isInstance(error) ? error.hint : undefined) ?? "--verbose shows where.",
  });
}

/** Each pack once (the configuration and `--pack` may name the same one), and no id twice. */
function withoutClashes(all: readonly EnvPack[]): readonly EnvPack[] {
  const packs = [...new Set(all)];
  const owners = new Map<string, string>();
  for (const pack of packs) {
    for (const { id } of pack.envs) {
      const owner = owners.get(id);
      if (owner !== undefined) {
        throw new GemError("bad-definition", `two packs, ${owner} and ${pack.name}, define ${id}`, {
          hint: "Leave one of the packs out, or give its environment an id of another namespace.",
        });
      }
      owners.set(id, pack.name);
    }
  }
  return packs;
}
