import { type Env, make } from "@gem-ts/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { games, type TowerName, type Towers } from "../src/index.ts";
import { nextMove, REAL_MOVES } from "../src/hanoi-towers.ts";

function start(id = "game:TowerofHanoi-v0-easy", overrides = {}, towers?: Towers): Env<"sync"> {
  const env = make(id, { packs: games, overrides, seed: 0 }) as Env<"sync">;
  env.reset();
  if (towers !== undefined) env.restore({ ...env.snapshot(), state: { towers } });
  return env;
}

function play(env: Env<"sync">, ...moves: string[]): [event: string, reward: number][] {
  return moves.map((move) => {
    const step = env.step(`\\boxed{${move}}`);
    return [step.info.event, step.reward];
  });
}

test("the optimal player needs 2^n - 1 moves", () => {
  for (let disks = 1; disks <= 8; disks++) {
    const env = start("game:TowerofHanoi-v0-easy", { disks, maxTurns: 2 ** disks - 1 });
    let turns = 0;
    let last;
    do {
      last = env.step(env.oracle()!);
      turns++;
    } while (!last.terminated);
    expect([turns, last.info.event, last.reward]).toEqual([2 ** disks - 1, "win", 1]);
  }
});

test("from any position the next move is on a shortest way", () => {
  for (const disks of [1, 2, 3, 4]) {
    const distances = distancesToGoal(disks);
    expect(distances.size).toBe(3 ** disks);
    for (const [place, distance] of distances) {
      const move = nextMove(towersOf(place), disks);
      if (distance === 0) expect(move).toBeUndefined();
      else expect(distances.get(moved(place, move!.from, move!.to)!)).toBe(distance - 1);
    }
  }
});

/** A position is the tower of each disk, the smallest first, such as "AAB". */
function distancesToGoal(disks: number): Map<string, number> {
  const goal = "C".repeat(disks);
  const distances = new Map([[goal, 0]]);
  for (const place of distances.keys()) {
    for (const { from, to } of REAL_MOVES) {
      const next = moved(place, from, to);
      if (next !== undefined && !distances.has(next)) distances.set(next, distances.get(place)! + 1);
    }
  }
  return distances;
}

function moved(place: string, from: TowerName, to: TowerName): string | undefined {
  const disk = place.indexOf(from);
  const blocking = place.indexOf(to);
  if (disk < 0 || (blocking >= 0 && blocking < disk)) return undefined;
  return place.slice(0, disk) + to + place.slice(disk + 1);
}

function towersOf(place: string): Towers {
  const towers: Towers = { A: [], B: [], C: [] };
  for (let disk = place.length; disk >= 1; disk--) towers[place[disk - 1] as TowerName].push(disk);
  return towers;
}

test("an empty source is noticed first, then a larger disk", () => {
  const env = start();
  expect(play(env, "B C", "A C", "A C", "C,B", "a B", "BA").map(([event]) => event)).toEqual([
    "empty_source",
    "moved",
    "larger",
    "moved",
    "larger",
    "moved",
  ]);
});

test("a move from a tower to itself changes nothing in v0 and is refused in v1", () => {
  expect(play(start(), "B B", "A A").map(([event]) => event)).toEqual(["empty_source", "moved"]);
  const env = start("game:TowerofHanoi-v1-easy");
  const before = env.snapshot().state;
  expect(play(env, "B B", "A A").map(([event]) => event)).toEqual(["empty_source", "same_tower"]);
  expect(env.snapshot().state).toEqual(before);
});

test("in v0 even a move that changes nothing wins when the disks are in place", () => {
  const done: Towers = { A: [], B: [], C: [3, 2, 1] };
  expect(play(start("game:TowerofHanoi-v0-easy", {}, done), "C C")).toEqual([["win", 1]]);
  expect(play(start("game:TowerofHanoi-v1-easy", {}, done), "C C")).toEqual([["same_tower", 0]]);
});

test("the last turn pays the share of disks on C, whatever the last move was", () => {
  const towers: Towers = { A: [5], B: [4], C: [3, 2, 1] };
  expect(play(start("game:TowerofHanoi-v0-hard", { maxTurns: 1 }, towers), "A B")).toEqual([["max_turns", 0.6]]);
  expect(play(start("game:TowerofHanoi-v0-hard", { maxTurns: 1 }, towers), "C B")).toEqual([["max_turns", 0.4]]);
});

test("a move has GEM's form: two letters, white space and a comma between them or not", () => {
  const good = ["A C", "AC", "a,c", "A , C", "A\u00a0\u2003,\nc", "A\u001fC"];
  const bad = [
    "A  C ",
    " A C",
    "A,,C",
    "A;C",
    "A-C",
    "A to C",
    "A B C",
    "A D",
    "A\ufeffC",
    "ＡＣ",
    "",
    "[A C]",
    "á c",
    "A",
  ];
  for (const move of good) expect(play(start(), move), move).toEqual([["moved", 0]]);
  for (const move of bad) expect(play(start(), move), move).toEqual([["format_error", -0.1]]);
});

test("the form agrees with GEM's regular expression", () => {
  const reference = /\\boxed\{[ABCabc][\t-\r\x1c-\x20\x85\xa0]*,?[\t-\r\x1c-\x20\x85\xa0]*[ABCabc]\}/;
  const parts = fc.array(fc.constantFrom("\\boxed{", "}", "A", "b", "C", "D", " ", ",", "\t", "\u0085", "\u200b"), {
    maxLength: 10,
  });
  fc.assert(
    fc.property(parts, (text) => {
      const action = text.join("");
      expect(start().step(action).info.event !== "format_error").toBe(reference.test(action));
    }),
    { numRuns: 3000, seed: 4 },
  );
});

test("people see towers", () => {
  const env = start();
  play(env, "A C", "A B");
  expect(env.render()).toMatchInlineSnapshot(`
    "Tower of Hanoi, turn 2 of 10

        |         |         |
        |         |         |
     ▄▄▄▄▄▄▄    ▄▄▄▄▄      ▄▄▄
        A         B         C"
  `);
});
