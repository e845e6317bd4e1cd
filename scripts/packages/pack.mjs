import { globSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { capture } from "./execute.mjs";

/**
 * A packed package, and the same unpacked. Sizes are in bytes.
 * @typedef {{ name: string, file: string, unpacked: string, manifest: any, packedSize: number }} Tarball
 */

/**
 * Packs a package, with its `workspace:` and `catalog:` ranges resolved as in a release.
 * @param {import("./public-packages.mjs").PublicPackage} one
 * @param {string} folder Where the tarball goes.
 * @returns {Tarball}
 */
export function pack({ name, folder: from }, folder) {
  const own = join(folder, name.replace("/", "-").replace("@", ""));
  mkdirSync(own, { recursive: true });
  const { status, output } = capture("pnpm", ["pack", "--pack-destination", own], from);
  const [packed] = globSync("*.tgz", { cwd: own });
  if (status !== 0 || packed === undefined) throw new Error(`pnpm pack of ${name} failed:\n${output}`);
  const file = join(own, packed);
  const untar = capture("tar", ["-xzf", file, "-C", own], own);
  if (untar.status !== 0) throw new Error(`Unpacking ${file} failed:\n${untar.output}`);
  const unpacked = join(own, "unpacked");
  renameSync(join(own, "package"), unpacked);
  return {
    name,
    file,
    unpacked,
    manifest: JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8")),
    packedSize: statSync(file).size,
  };
}
