import type { Conversation, Message } from "@gem-ts/core";
import { extend } from "@gem-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createChatRenderer, createTokenizer, drift, SPECIAL_IDS } from "../src/index.ts";

const tokenizer = createTokenizer([" higher", "higher"]);
const chat = createChatRenderer(tokenizer);
const conversation = (...messages: Message[]): Conversation => ({ id: "c", messages });
const shown = (ids: readonly number[]): string => ids.map(tokenizer.label).join("");
const end = SPECIAL_IDS.end;

describe("rendering a conversation", () => {
  test("costs two ids a turn beside the texts", () => {
    const guess = [...tokenizer.encode("5"), end];
    const ids = chat.prompt(
      conversation(
        { role: "user", content: "guess" },
        { role: "assistant", content: "5", tokens: guess },
        { role: "user", content: "higher" },
      ),
    );
    expect(shown(ids)).toBe("guess<act>5<end>higher<act>");
  });

  test("marks what does not follow the usual order", () => {
    const ids = chat.prompt(
      conversation(
        { role: "system", content: "be good" },
        { role: "user", content: "a" },
        { role: "user", content: "b" },
        { role: "assistant", content: "call" },
        { role: "tool", content: "42", toolCallId: "1", name: "python" },
        {
          role: "user",
          content: [
            { type: "text", text: "c" },
            { type: "image", mediaType: "image/png", data: "" },
          ],
        },
      ),
    );
    expect(shown(ids)).toBe("<system>be good<user>a<user>b<act>call<end><tool>42<user>c\n[image]<act>");
  });

  test("uses the ids as sampled, not those of the text", () => {
    const spelled = [..."higher"].flatMap((letter) => tokenizer.encode(letter));
    const ids = chat.prompt(
      conversation({ role: "user", content: "x" }, { role: "assistant", content: "higher", tokens: [...spelled, end] }),
    );
    expect(ids.slice(2, 2 + spelled.length)).toEqual(spelled);
    expect(tokenizer.encode("higher")).toHaveLength(1);
  });

  test("closes a response that was cut, without claiming that the agent said so", () => {
    const cut = conversation(
      { role: "user", content: "x" },
      { role: "assistant", content: "12", tokens: tokenizer.encode("12") },
      { role: "user", content: "y" },
    );
    expect(shown(chat.prompt(cut))).toBe("x<act>12<end>y<act>");
    expect(chat.transcript(cut).spoken).toEqual([-1, -1, 1, 1, -1, -1]);
  });

  test("grows at its end only: each prompt begins with the one before it and its response", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            said: fc.array(fc.integer({ min: 1, max: tokenizer.size - 1 }), { minLength: 1 }),
            seen: fc.string(),
          }),
        ),
        (turns) => {
          let current = conversation({ role: "user", content: "start" });
          for (const { said, seen } of turns) {
            const before = [...chat.prompt(current), ...said];
            current = extend(
              current,
              { role: "assistant", content: tokenizer.decode(said), tokens: said },
              { role: "user", content: seen },
            );
            expect(chat.prompt(current).slice(0, before.length)).toEqual(before);
          }
        },
      ),
    );
  });

  test("says which ids the agent spoke, for supervised training", () => {
    const { ids, spoken } = chat.transcript(
      conversation(
        { role: "user", content: "ab" },
        { role: "assistant", content: "cd" },
        { role: "user", content: "e" },
        { role: "assistant", content: "f" },
      ),
    );
    expect(shown(ids)).toBe("ab<act>cd<end>e<act>f<end>");
    expect(spoken).toEqual([-1, -1, -1, 1, 1, 1, -1, -1, 3, 3]);
  });

  test("writes native tool calls in Hermes form", () => {
    const { ids } = chat.transcript(
      conversation({
        role: "assistant",
        content: "",
        toolCalls: [{ id: "1", name: "python", arguments: '{"code": "1"}' }],
      }),
    );
    expect(tokenizer.decode(ids)).toBe('<tool_call>{"name": "python", "arguments": {"code": "1"}}</tool_call>');
  });
});

test("drift names the messages whose text would be tokenised otherwise", () => {
  const spelled = [..."higher"].flatMap((letter) => tokenizer.encode(letter));
  const found = drift(
    conversation(
      { role: "assistant", content: "5 higher", tokens: [...tokenizer.encode("5 higher"), end] },
      { role: "assistant", content: "5higher", tokens: [...tokenizer.encode("5"), ...spelled, end] },
      { role: "assistant", content: "no tokens" },
      { role: "assistant", content: "12", tokens: tokenizer.encode("1") },
    ),
    tokenizer,
  );
  expect(found.map(({ message, position }) => [message, position])).toEqual([
    [1, 1],
    [3, 1],
  ]);
});
