import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  concatHistory,
  defineEnv,
  type Env,
  limitTurns,
  make,
  type PackId,
  pipe,
  type ResetResult,
  type StepResult,
  trackEpisode,
} from "../src/index.ts";
import { pack } from "./fixtures/coin.ts";

test("ids are known to the types", () => {
  expectTypeOf<PackId<typeof pack>>().toEqualTypeOf<"test:Coin-v0" | "test:Coin-v0-random" | "test:SlowCoin-v0">();
});

test("a synchronous environment answers at once, an asynchronous one by promise", () => {
  const env = make("test:Coin-v0", { packs: pack });
  expectTypeOf(env).toEqualTypeOf<Env<"sync", "bare">>();
  expectTypeOf(env.step("x")).toEqualTypeOf<StepResult>();
  const slow = make("test:SlowCoin-v0", { packs: [pack] });
  expectTypeOf(slow.reset()).toEqualTypeOf<Promise<ResetResult>>();
  const unknown = make("other:Thing-v0" as string, { packs: pack });
  expectTypeOf(unknown.step("x")).toEqualTypeOf<StepResult | Promise<StepResult>>();
});

test("wrappers keep the mode and move the stage", () => {
  const env = pipe(make("test:Coin-v0", { packs: pack }), limitTurns(3), concatHistory(), trackEpisode());
  expectTypeOf(env).toEqualTypeOf<Env<"sync", "tracked">>();
});

test("a wrong order is refused", () => {
  const env = make("test:Coin-v0", { packs: pack });
  // @ts-expect-error history renders what tracking would have counted
  pipe(env, trackEpisode(), concatHistory());
  // @ts-expect-error one history is enough
  pipe(env, concatHistory(), concatHistory());
  // @ts-expect-error tracking is outermost
  pipe(env, trackEpisode(), limitTurns(2));
});

test("state, configuration and events of a definition are checked", () => {
  const parts = {
    id: "test:Types",
    summary: "",
    config: z.object({ size: z.int() }),
    variants: { v0: { size: 1 } },
    events: { won: "", lost: "" },
    instructions: () => "",
    randomAction: () => "",
  } as const;
  const env = defineEnv({
    ...parts,
    start: ({ config }) => ({ left: config.size }),
    step(state) {
      expectTypeOf(state).toEqualTypeOf<{ left: number }>();
      return { observation: "", event: "won" };
    },
  });
  expectTypeOf(env.mode).toEqualTypeOf<"sync" | undefined>();
  defineEnv({
    ...parts,
    start: () => ({}),
    // @ts-expect-error "drawn" is not in the list of events
    step: () => ({ observation: "", event: "drawn" }),
  });
  defineEnv({
    ...parts,
    // @ts-expect-error a variant must fit the configuration
    variants: { v0: { size: "large" } },
    start: () => ({}),
    step: () => ({ observation: "", event: "won" }),
  });
});
