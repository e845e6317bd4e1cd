import { type Content, joinContent, textOf } from "../content.ts";
import type { Message } from "../conversation.ts";
import { GemError } from "../error.ts";
import { defineWrapper, type Wrapper } from "../wrapper.ts";

/** Options of every rendering of the history. */
export interface HistoryOptions {
  /** Shows the instructions and the last so many turns only; all turns by default. */
  readonly last?: number;
}

/** Options of {@link concatHistory}. */
export interface ConcatHistoryOptions extends HistoryOptions {
  /** Puts the agent's own actions between the observations; `false` by default. */
  readonly actions?: boolean;
}

/** Turns messages into the text that a chat model reads, up to the point where the assistant speaks. */
export type ChatTemplate = (messages: readonly Message[]) => string;

/** Options of {@link chatHistory}. */
export interface ChatHistoryOptions extends HistoryOptions {
  /** ChatML by default. */
  readonly template?: ChatTemplate;
}

interface Past {
  readonly instructions: Content[];
  readonly turns: { readonly action: string; readonly observation: Content }[];
}

type Render = (instructions: Content, turns: Past["turns"]) => Content;

/** GEM's `concat` and `concat_with_action`: each observation is the whole episode so far, line after line. */
export function concatHistory(options: ConcatHistoryOptions = {}): Wrapper<"bare" | "tools", "history"> {
  const actions = options.actions ?? false;
  return history(actions ? "concat-history-with-actions" : "concat-history", options, (instructions, turns) =>
    joinContent([
      instructions,
      ...turns.flatMap((turn) => (actions ? [turn.action, turn.observation] : [turn.observation])),
    ]),
  );
}

/** GEM's `concat_chat`: each observation is the whole episode so far as a chat, rendered by a template. */
export function chatHistory(options: ChatHistoryOptions = {}): Wrapper<"bare" | "tools", "history"> {
  const template = options.template ?? chatml;
  return history("chat-history", options, (instructions, turns) =>
    template([
      { role: "user", content: instructions },
      ...turns.flatMap((turn): Message[] => [
        { role: "assistant", content: turn.action },
        { role: "user", content: turn.observation },
      ]),
    ]),
  );
}

/** The ChatML format, as Qwen models read it. */
export function chatml(messages: readonly Message[]): string {
  const said = messages.map((message) => `<|im_start|>${message.role}\n${textOf(message.content)}<|im_end|>\n`);
  return `${said.join("")}<|im_start|>assistant\n`;
}

function history(name: string, options: HistoryOptions, render: Render): Wrapper<"bare" | "tools", "history"> {
  const last = options.last ?? Infinity;
  if (!(last >= 1)) throw new GemError("bad-option", `the history must show at least one turn, got last: ${last}`);
  const show = (past: Past): Content => render(past.instructions[0] ?? "", past.turns.slice(-last));
  return defineWrapper<Past, "bare" | "tools", "history">({
    name,
    accepts: ["bare", "tools"],
    makes: "history",
    observes: "episode",
    start: () => ({ instructions: [], turns: [] }),
    reset(result, past) {
      past.instructions.push(result.observation);
      return { ...result, observation: show(past) };
    },
    step(result, action, past) {
      // A tool wrapper says which part of the text was really acted on.
      const { parsedAction } = result.info;
      past.turns.push({
        action: typeof parsedAction === "string" ? parsedAction : action,
        observation: result.observation,
      });
      return { ...result, observation: show(past) };
    },
  });
}
