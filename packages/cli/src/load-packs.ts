import { type EnvPack, GemError, messageOf } from "@gem-ts/core";
import { existsSync } from "node:fs";
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

const packSchema: z.ZodType<EnvPack> = z.custom<EnvPack>(
  (value) =>
    z
      .object({
        name: z.string(),
        summary: z.string(),
        envs: z.array(
          z.object({ id: z.string(), variants: z.object({}), step: z.custom((step) => typeof step === "function") }),
        ),
      })
      .safeParse(value).success,
);

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
  const parsed = z.object({ packs: z.array(packSchema).optional() }).safeParse(config);
  if (!parsed.success) {
    throw new GemError("bad-definition", `${file} does not export a configuration`, {
      hint: 'Write "export default defineConfig({ packs: [myPack] })".',
    });
  }
  return parsed.data.packs ?? [];
}

async function packsOfModule(module: string, folder: string): Promise<EnvPack[]> {
  const exported = await importFile(locate(module, folder), module);
  const packs = new Set<EnvPack>();
  for (const value of Object.values(exported)) {
    const parsed = packSchema.safeParse(value);
    if (parsed.success) packs.add(parsed.data);
  }
  if (packs.size === 0) {
    throw new GemError("bad-definition", `${module} exports no environment pack`, {
      hint: 'A pack module says "export const myPack = definePack({ name, summary, envs })".',
    });
  }
  return [...packs];
}

/** A path, or the file behind a package's name as seen from the working folder rather than from this package. */
function locate(module: string, folder: string): string {
  if (module.startsWith(".") || isAbsolute(module)) {
    const file = resolve(folder, module);
    if (!existsSync(file)) throw new GemError("not-found", `there is no pack at ${file}`);
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
    throw new GemError("bad-definition", `${name} failed to load: ${messageOf(error)}`, { cause: error });
  }
}

function withoutClashes(packs: readonly EnvPack[]): readonly EnvPack[] {
  const owners = new Map<string, string>();
  for (const pack of packs) {
    for (const { id } of pack.envs) {
      const owner = owners.get(id);
      if (owner !== undefined) throw new GemError("bad-definition", `${pack.name} and ${owner} both define ${id}`);
      owners.set(id, pack.name);
    }
  }
  return packs;
}
