import { describe, expect, test } from "vitest";
import {
  collectSetting,
  decimalNumber,
  formatChange,
  formatClock,
  formatCompact,
  formatDuration,
  formatEstimate,
  invocation,
  quoteArgument,
  seedNumber,
  wholeNumber,
} from "../src/index.ts";

describe("numbers on the command line", () => {
  test("are read in full or not at all", () => {
    expect(wholeNumber({ min: 1 })("12")).toBe(12);
    expect(wholeNumber()("1e3")).toBe(1000);
    expect(decimalNumber()("3e-4")).toBe(0.0003);
    for (const text of ["12x", "", " ", "0x10", "1.5", "Infinity"])
      expect(() => wholeNumber()(text)).toThrow("whole number");
    for (const text of ["3,5", "", "NaN", "Infinity"]) expect(() => decimalNumber()(text)).toThrow("a number");
  });

  test("keep their bounds", () => {
    expect(() => wholeNumber({ min: 1, max: 3 })("4")).toThrow("from 1 to 3");
    expect(() => decimalNumber({ max: 1 })("1.01")).toThrow("at most 1");
    expect(seedNumber("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => seedNumber("9007199254740992")).toThrow();
  });
});

describe("settings", () => {
  test("are JSON where they can be, and text elsewhere", () => {
    expect(collectSetting("max=20")).toEqual({ max: 20 });
    expect(collectSetting("name=a=b", { max: 20 })).toEqual({ max: 20, name: "a=b" });
    expect(collectSetting("flags=[1,2]")).toEqual({ flags: [1, 2] });
    expect(() => collectSetting("=1")).toThrow("key=value");
  });
});

describe("numbers for people", () => {
  test("durations", () => {
    expect([0.42, 9.96, 59.6, 184, 3599.7, 7500].map(formatDuration)).toEqual([
      "0.4 s",
      "10 s",
      "1 min 00 s",
      "3 min 04 s",
      "1 h 00 min",
      "2 h 05 min",
    ]);
    expect([7, 184, 7500, Number.NaN].map(formatClock)).toEqual(["0:07", "3:04", "2:05:00", "-:--"]);
  });

  test("changes and estimates", () => {
    expect([0.22, -1.3, -0.0001, 0].map((value) => formatChange(value, 2))).toEqual(["+0.22", "-1.30", "0.00", "0.00"]);
    expect(formatEstimate(0.4321, 0.0219, 3)).toBe("0.432 ± 0.022");
    expect([842, 18_423, 999_960, 3_140_000].map(formatCompact)).toEqual(["842", "18.4k", "1.0M", "3.1M"]);
  });
});

describe("the command to type again", () => {
  test("is the one that was typed", () => {
    const script = `${process.cwd()}/apps/demo/src/main.ts`;
    expect(invocation(["node", script], {})).toBe("node apps/demo/src/main.ts");
    expect(
      invocation(["node", script], { npm_lifecycle_event: "demo", npm_lifecycle_script: "node apps/demo/src/main.ts" }),
    ).toBe("npm run demo --");
    expect(
      invocation(["node", script], {
        npm_lifecycle_event: "demo",
        npm_lifecycle_script: "node apps/demo/src/main.ts",
        npm_config_user_agent: "pnpm/12",
      }),
    ).toBe("pnpm demo");
    expect(invocation(["node", script], { npm_lifecycle_event: "test", npm_lifecycle_script: "vitest run" })).toBe(
      "node apps/demo/src/main.ts",
    );
    expect(invocation(["node", "/usr/bin/gem"], {})).toBe("gem");
  });

  test("survives a shell", () => {
    expect(quoteArgument("runs/a-1")).toBe("runs/a-1");
    expect(quoteArgument("my run's")).toBe(`'my run'\\''s'`);
  });
});
