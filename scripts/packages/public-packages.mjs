import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * A package that is published.
 * @typedef {{ name: string, folder: string }} PublicPackage
 */

/**
 * The workspace's packages that are published: those not marked private.
 * @param {string} root
 * @returns {PublicPackage[]}
 */
export function findPublicPackages(root) {
  return globSync("packages/*/package.json", { cwd: root })
    .sort()
    .map((manifest) => ({
      folder: join(root, dirname(manifest)),
      ...JSON.parse(readFileSync(join(root, manifest), "utf8")),
    }))
    .filter((manifest) => manifest.private !== true)
    .map(({ name, folder }) => ({ name, folder }));
}
