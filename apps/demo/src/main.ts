import { runProgram } from "@gem-ts/cli";
import { createDemo } from "./program.ts";

await runProgram(createDemo());
