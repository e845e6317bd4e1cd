export { checkEnv, type CheckOptions, type CheckReport, type CheckResult } from "./check-env.ts";
export { hostileActions } from "./hostile-actions.ts";
export { scriptedPolicy } from "./scripted-policy.ts";
export { type Transcript, transcribe } from "./transcript.ts";
