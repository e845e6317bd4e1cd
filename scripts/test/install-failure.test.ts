import { expect, it } from "vitest";
import { installFailure } from "../toolchain/install-failure.mjs";

it("says that the registry cannot be reached, for npm and for pnpm", () => {
  const npm = "npm error code EAI_AGAIN\nnpm error request to https://registry.npmjs.org/pnpm failed";
  const pnpm = "ERROR error sending request for url (https://registry.npmjs.org/zod): dns error";
  for (const output of [npm, pnpm])
    expect(installFailure("Fetching", output)).toContain("The npm registry cannot be reached. Check the network");
});

it("names the command that mends an old lockfile", () => {
  expect(installFailure("Installing", "ERR_PNPM_OUTDATED_LOCKFILE  Cannot install")).toContain("npm run pnpm install");
});

it("shows the installer's last words, not all of them", () => {
  const output = Array.from({ length: 100 }, (_, index) => `line ${index}`).join("\n");
  const message = installFailure("Installing the packages", output);
  expect(message).toMatch(/^Installing the packages failed\./);
  expect(message).toContain("  line 99");
  expect(message).not.toContain("line 42");
});
