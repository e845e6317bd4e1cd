import { type AnyEnvDefinition, variantIds } from "./definition.ts";
import { GemError } from "./error.ts";

/** What an npm package of environments exports. */
export interface EnvPack<Definitions extends readonly AnyEnvDefinition[] = readonly AnyEnvDefinition[]> {
  /** Name of the npm package. */
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  readonly envs: Definitions;
}

/** The ids of a definition's variants, as literal types. */
type VariantId<Definition> = Definition extends {
  readonly id: infer Id extends string;
  readonly variants: infer Variants;
}
  ? `${Id}-${keyof Variants & string}`
  : never;

/** Every id that a pack offers, as literal types. */
export type PackId<Pack extends EnvPack> = VariantId<Pack["envs"][number]>;

/**
 * Declares a pack of environments.
 *
 * @throws GemError `bad-definition` when two definitions share an id.
 */
export function definePack<const Definitions extends readonly AnyEnvDefinition[]>(
  pack: EnvPack<Definitions>,
): EnvPack<Definitions> {
  const seen = new Set<string>();
  for (const definition of pack.envs) {
    if (seen.has(definition.id)) throw new GemError("bad-definition", `${pack.name} defines ${definition.id} twice`);
    seen.add(definition.id);
  }
  return pack;
}

/** Every full id in `packs`, in their order. */
export function listIds(packs: readonly EnvPack[]): string[] {
  return packs.flatMap((pack) => pack.envs.flatMap((definition) => variantIds(definition)));
}
