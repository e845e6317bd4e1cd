import type { Policy } from "../policy.ts";

/** A policy that says the given actions in turn, in every episode, and the last one again when they run out. */
export function scriptedPolicy(actions: readonly [string, ...string[]], name = "scripted"): Policy {
  return {
    name,
    act({ messages }) {
      const spoken = messages.filter((message) => message.role === "assistant").length;
      return { text: actions[Math.min(spoken, actions.length - 1)]!, finish: "stop" };
    },
  };
}
