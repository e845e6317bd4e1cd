import { z } from "zod";
import type { AnyEnvDefinition } from "./definition.ts";

/** The JSON Schema (draft 2020-12) of a definition's configuration, for forms, documentation and servers. */
export function configSchema(definition: AnyEnvDefinition): Record<string, unknown> {
  return z.toJSONSchema(definition.config, { io: "input" }) as Record<string, unknown>;
}
