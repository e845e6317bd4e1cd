import { describe, expect, it } from "vitest";
import {
  chatml,
  type Conversation,
  createEpisode,
  extend,
  joinContent,
  keepLastTurns,
  summarize,
  textOf,
  tokenSequences,
  type Turn,
} from "../src/index.ts";

const talk: Conversation = extend(
  {
    id: "t",
    messages: [
      { role: "system", content: "S" },
      { role: "user", content: "task" },
    ],
  },
  { role: "assistant", content: "a1" },
  { role: "user", content: "o1" },
  { role: "assistant", content: "a2" },
  { role: "user", content: "o2" },
);

describe("a conversation", () => {
  it("only grows at its end", () => {
    const longer = extend(talk, { role: "assistant", content: "a3" });
    expect(longer.messages.slice(0, 6)).toEqual(talk.messages);
    expect(talk.messages).toHaveLength(6);
  });

  it("keeps the instructions when cut to its last turns", () => {
    expect(keepLastTurns(talk, 1).messages.map(({ content }) => content)).toEqual(["S", "task", "a2", "o2"]);
    expect(keepLastTurns(talk, 2)).toBe(talk);
    expect(keepLastTurns(talk, 9)).toBe(talk);
  });

  it("renders as ChatML", () => {
    expect(chatml(talk.messages.slice(0, 2))).toBe(
      "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\ntask<|im_end|>\n<|im_start|>assistant\n",
    );
  });
});

describe("content", () => {
  const picture = { type: "image", mediaType: "image/png", data: "AA==" } as const;
  it("stays text while it can", () => {
    expect(joinContent(["a", "b"])).toBe("a\nb");
    expect(joinContent(["a", [picture]])).toEqual([{ type: "text", text: "a" }, picture]);
    expect(textOf([{ type: "text", text: "look" }, picture])).toBe("look\n[image]");
  });
});

describe("tokens of an episode", () => {
  const turn = (tokens: Turn["tokens"]): Turn => ({
    observation: "",
    action: "",
    reward: 1,
    event: "e",
    ...(tokens === undefined ? {} : { tokens }),
  });
  const episode = (turns: readonly Turn[]) =>
    createEpisode({
      env: "e",
      seed: 1,
      config: null,
      policy: "p",
      turns,
      finalObservation: "",
      outcome: "terminated",
      success: true,
    });

  it("join into one sequence while each prompt continues the last", () => {
    const played = episode([
      turn({ continues: false, prompt: [1, 2], completion: [3, 4], logprobs: [-1, -2] }),
      turn({ continues: true, prompt: [5], completion: [6], logprobs: [-3] }),
    ]);
    expect(played.return).toBe(2);
    expect(tokenSequences(played)).toEqual([
      { ids: [1, 2, 3, 4, 5, 6], turns: [-1, -1, 0, 0, -1, 1], logprobs: [0, 0, -1, -2, 0, -3] },
    ]);
  });

  it("start a new sequence where a prompt starts over", () => {
    const played = episode([
      turn({ continues: false, prompt: [1], completion: [2], logprobs: [-1] }),
      turn({ continues: false, prompt: [9], completion: [8], logprobs: [-2] }),
      turn(undefined),
    ]);
    expect(tokenSequences(played).map(({ ids, turns }) => [ids, turns])).toEqual([
      [
        [1, 2],
        [-1, 0],
      ],
      [
        [9, 8],
        [-1, 1],
      ],
    ]);
  });

  it("summaries count failures apart", () => {
    const good = episode([turn(undefined)]);
    const bad = { ...good, outcome: "failed", success: false } as const;
    expect(summarize([good, good, bad])).toMatchObject({ episodes: 2, failed: 1, success: 1, turns: 1, return: 1 });
    expect(summarize([])).toMatchObject({ episodes: 0, success: 0 });
  });
});
