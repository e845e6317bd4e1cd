import type { AnyEnvDefinition, ModeOf } from "./definition.ts";
import type { Env, Mode } from "./env.ts";
import { GemError } from "./error.ts";
import { createEnv, type CreateEnvOptions } from "./instance.ts";
import { type EnvPack, listIds, type PackId } from "./pack.ts";
import { didYouMean } from "./suggest.ts";

/** Options of {@link make}. */
export interface MakeOptions extends Omit<CreateEnvOptions, "variant"> {
  /** Where to look the id up. */
  readonly packs: readonly EnvPack[] | EnvPack;
}

/** Ids as the packs write them, and any string for ids known only at run time. */
type IdIn<Packs> =
  | (Packs extends readonly (infer Pack extends EnvPack)[]
      ? PackId<Pack>
      : Packs extends EnvPack
        ? PackId<Packs>
        : never)
  | (string & {});

/** The mode of the environment behind an id, where the types know it. */
type ModeIn<Id, Packs> = Packs extends EnvPack
  ? DefinitionModes<Id, Packs["envs"][number]>
  : Packs extends readonly (infer Pack extends EnvPack)[]
    ? DefinitionModes<Id, Pack["envs"][number]>
    : Mode;

type DefinitionModes<Id, Definition> = [MatchingMode<Id, Definition>] extends [never]
  ? Mode
  : MatchingMode<Id, Definition>;

type MatchingMode<Id, Definition> = Definition extends {
  readonly id: infer Name extends string;
  readonly variants: infer Variants;
}
  ? Id extends `${Name}-${keyof Variants & string}`
    ? ModeOf<Definition>
    : never
  : never;

/** A definition and the name of one of its variants. */
export interface Found {
  readonly definition: AnyEnvDefinition;
  readonly variant: string;
}

/**
 * Looks a full id up.
 * @throws GemError `unknown-id`, with the nearest ids.
 */
export function findEnv(id: string, packs: readonly EnvPack[] | EnvPack): Found {
  const list = "envs" in packs ? [packs] : packs;
  for (const pack of list) {
    for (const definition of pack.envs) {
      if (!id.startsWith(`${definition.id}-`)) continue;
      const variant = id.slice(definition.id.length + 1);
      if (Object.hasOwn(definition.variants, variant)) return { definition, variant };
    }
  }
  const ids = listIds(list);
  const hint =
    didYouMean(id, ids) ??
    (ids.length === 0 ? "No pack was given." : `Known ids start with ${ids.slice(0, 3).join(", ")}.`);
  throw new GemError("unknown-id", `there is no environment "${id}"`, { hint });
}

/**
 * Makes an environment from its id: `make("game:GuessTheNumber-v0-hard", { packs: games, seed: 1 })`.
 *
 * @throws GemError `unknown-id`, `bad-config`, `unsupported` or `bad-option`.
 */
export function make<const Packs extends readonly EnvPack[] | EnvPack, const Id extends IdIn<Packs>>(
  id: Id,
  options: MakeOptions & { readonly packs: Packs },
): Env<ModeIn<Id, Packs>, "bare"> {
  const { packs, ...rest } = options;
  const { definition, variant } = findEnv(id, packs);
  return createEnv(definition, { ...rest, variant }) as Env<ModeIn<Id, Packs>, "bare">;
}
