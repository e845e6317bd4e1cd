import { createEpisode, type Episode, type Turn } from "@gem-ts/core";
import type { IterationMetrics } from "@gem-ts/trainer-reinforce-rebn";
import { describe, expect, test } from "vitest";
import { renderReport, type ReportData, type Scores, scoresOf } from "../src/index.ts";

const HOSTILE = `</script><script>alert("x")</script><img src=x onerror='alert(1)'> & "quoted" \u001b[2J \u202e`;

function episode(seed: number, actions: readonly string[], success: boolean): Episode {
  const turns = actions.map((action, index): Turn => ({
    observation: index === 0 ? "guess 1 50" : "higher",
    action,
    reward: 0,
    event: "higher",
  }));
  return createEpisode({
    env: "test:Env-v0",
    seed,
    config: {},
    policy: "tiny",
    turns,
    finalObservation: "win",
    outcome: "terminated",
    success,
  });
}

function iteration(number: number): IterationMetrics {
  return {
    iteration: number,
    episodes: 64,
    failed: 0,
    truncated: 0,
    success: 0.4 + number / 100,
    turns: 6 - number / 50,
    return: 0.9,
    transitions: 380,
    total: { episodes: 64 * number, transitions: 380 * number, tokens: 2000 * number },
    time: { seconds: 0.1, collectSeconds: 0.05, updateSeconds: 0.05, tokensPerSecond: 20_000 },
    loss: 0,
    entropy: 1,
    kl: 0,
    clipFraction: 0,
    ratio: 1,
    gradientNorm: 0.5,
    samplerGap: 0,
    tokens: 2000,
  };
}

function scores(won: number, of: number): Scores {
  return scoresOf(Array.from({ length: of }, (_, index) => episode(index, ["a"], index < won)));
}

function reportData(changes: Partial<ReportData> = {}): ReportData {
  const before = { sampled: scores(40, 100), greedy: scores(50, 100) };
  const after = { sampled: scores(70, 100), greedy: scores(52, 100) };
  return {
    env: "test:Env-v0",
    summary: "A test.",
    algorithm: "rebn",
    algorithmSummary: "Normalised returns.",
    model: "tiny",
    seed: 1,
    command: "npm run demo -- --seed 1",
    startedAt: "2026-01-02T03:04:05.678Z",
    seconds: 61,
    finished: true,
    machine: { system: "linux", processor: "cpu", cores: 2, memoryGigabytes: 8, node: "v24.0.0" },
    config: { gamma: 0.9 },
    before,
    after,
    references: [{ label: "Best possible play", success: 1, turns: 4.86 }],
    iterations: Array.from({ length: 30 }, (_, index) => iteration(index + 1)),
    evaluations: [
      { iteration: 0, success: before.sampled.success, turns: before.sampled.turns, return: before.sampled.return },
      { iteration: 30, success: after.sampled.success, turns: after.sampled.turns, return: after.sampled.return },
    ],
    pairs: [{ seed: 11, before: episode(11, ["25", "40"], false), after: episode(11, ["30"], true) }],
    samples: [{ iteration: 1, episode: episode(3, ["\\boxed{7}"], false) }],
    ...changes,
  };
}

describe("a report", () => {
  test("has curves, both sides of each episode, the table and the configuration", () => {
    const html = renderReport(reportData());
    expect(html.match(/<figure class="chart">/g)!.length).toBeGreaterThanOrEqual(4);
    expect(html).toMatch(/<svg viewBox="0 0 \d+ \d+" role="img"/);
    expect(html).toContain("lost after 2 turns");
    expect(html).toContain("won in 1 turn<");
    expect(html).toContain("40.0 %");
    expect(html).toContain("70.0 %");
    expect(html).toContain("&quot;gamma&quot;: 0.9");
    expect(html).toContain("npm run demo -- --seed 1");
    expect(html).toContain("1 min 01 s");
  });

  test("claims a rise or a fall beyond two standard errors only", () => {
    const of = (won: number): string =>
      /<h1>(.*?)<\/h1>/.exec(
        renderReport(reportData({ after: { sampled: scores(won, 100), greedy: scores(50, 100) } })),
      )![1]!;
    expect(of(70)).toBe("Success rose from 40.0 % to 70.0 %");
    expect(of(10)).toBe("Success fell from 40.0 % to 10.0 %");
    expect(of(45)).toBe("Success stayed near 45.0 %");
  });

  test("lets nothing that a model, an environment or a command says become markup", () => {
    const hostile = episode(5, [HOSTILE, `\\boxed{${HOSTILE}}`], false);
    const html = renderReport(
      reportData({
        env: HOSTILE,
        summary: HOSTILE,
        model: HOSTILE,
        command: HOSTILE,
        config: { [HOSTILE]: HOSTILE },
        references: [{ label: HOSTILE, success: 0.5 }],
        pairs: [{ seed: 5, before: hostile, after: hostile }],
        samples: [{ iteration: 1, episode: hostile }],
      }),
    );
    expect(html).not.toContain("<script>alert");
    expect(html).not.toMatch(/<img/i);
    expect(html).not.toContain('"x")');
    expect(html).not.toContain("\u001b");
    expect(html).not.toContain("\u202e");
    expect(html).toContain("&lt;/script&gt;&lt;script&gt;alert(&quot;x&quot;)");
    // What the page itself brings: its script, and one data element a chart.
    const scripts = [...html.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes);
    expect(new Set(scripts)).toEqual(new Set(["", ' type="application/json"']));
    expect(scripts.filter((attributes) => attributes === "")).toHaveLength(1);
    expect([...html.matchAll(/<\/script>/g)]).toHaveLength(scripts.length);
  });

  test("needs nothing beside itself", () => {
    const html = renderReport(reportData());
    expect(html).not.toMatch(/(src|href|action)\s*=/i);
    expect(html).not.toMatch(/https?:|url\(|@import/i);
    expect(html).toMatch(
      /Content-Security-Policy" content="default-src 'none';[^"]*script-src 'sha256-[A-Za-z0-9+/]{43}='/,
    );
  });

  test("holds chart data that are JSON", () => {
    const html = renderReport(reportData());
    const data = [...html.matchAll(/<script type="application\/json">(.*?)<\/script>/gs)].map(
      ([, json]) => JSON.parse(json!) as { x: number[]; raw: number[] },
    );
    expect(data[0]!.x).toHaveLength(30);
    expect(data[0]!.raw[0]).toBe(0.41);
  });

  test("can be made of a run without iterations, of one, and of a constant one", () => {
    expect(renderReport(reportData({ iterations: [], evaluations: [], pairs: [], samples: [] }))).toContain("</html>");
    for (const iterations of [[iteration(1)], [iteration(1), iteration(1)]]) {
      const html = renderReport(reportData({ iterations, evaluations: [] }));
      expect(html).not.toContain("NaN");
      expect(html).not.toContain("Infinity");
    }
  });

  test("draws gaps where a value is missing", () => {
    const iterations = [iteration(1), { ...iteration(2), success: Number.NaN }, iteration(3)];
    const html = renderReport(reportData({ iterations }));
    expect(html).not.toMatch(/NaN/);
    expect(html).toContain("null");
  });
});
