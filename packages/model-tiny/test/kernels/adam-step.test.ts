import { createRng } from "@gem-ts/core";
import { describe, expect, it } from "vitest";
import { type Architecture, parameterTable } from "../../src/architecture.ts";
import { type AdamStepOptions, adamStep } from "../../src/kernels/adam-step.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { decayRanges } from "../../src/kernels/decay-ranges.ts";
import { addScaled, gradientNorm } from "../../src/kernels/gradients.ts";
import { instantiateKernels } from "../../src/kernels/kernels.ts";
import { createMemory } from "../../src/kernels/memory.ts";

const builds = ["relaxed", "plain"] as const;
const architecture: Architecture = { layers: 1, width: 32, heads: 2, context: 16, vocabulary: 32 };

function setUp(build: "relaxed" | "plain", shared = false) {
  const memory = createMemory({ bytes: 1 << 20, shared });
  return { kernels: instantiateKernels({ memory, build }), arena: createArena({ memory }) };
}

function fill(view: Float32Array, seed: number, scale: number): Float32Array {
  const rng = createRng(seed);
  for (let i = 0; i < view.length; i++) view[i] = scale * rng.normal();
  return view;
}

describe.each(builds)("an Adam step (%s)", (build) => {
  it("follows a double-precision reference over several steps, decaying matrices only", () => {
    const { kernels, arena } = setUp(build);
    const table = parameterTable(architecture);
    const [parameters, gradients, firstMoments, secondMoments] = [0, 0, 0, 0].map(() => arena.floats(table.size)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    fill(parameters, 1, 1);
    const p = Float64Array.from(parameters);
    const m = new Float64Array(table.size);
    const v = new Float64Array(table.size);
    const decays = new Uint8Array(table.size);
    for (const slot of table.slots) if (slot.decay) decays.fill(1, slot.offset, slot.offset + slot.size);
    const settings = { learningRate: 0.01, beta1: 0.9, beta2: 0.98, epsilon: 1e-6, weightDecay: 0.3 };
    const gradientScale = 0.25;
    for (let step = 1; step <= 6; step++) {
      fill(gradients, 100 + step, step % 2 === 0 ? 1 : 1e-3);
      const ranges = decayRanges(table);
      const options = { ...settings, parameters, gradients, firstMoments, secondMoments, ranges, step, gradientScale };
      adamStep(kernels, options);
      for (let i = 0; i < table.size; i++) {
        const g = gradients[i]! * gradientScale;
        m[i] = settings.beta1 * m[i]! + (1 - settings.beta1) * g;
        v[i] = settings.beta2 * v[i]! + (1 - settings.beta2) * g * g;
        const mean = m[i]! / (1 - settings.beta1 ** step);
        const square = v[i]! / (1 - settings.beta2 ** step);
        const kept = decays[i] ? p[i]! * (1 - settings.learningRate * settings.weightDecay) : p[i]!;
        p[i] = kept - (settings.learningRate * mean) / (Math.sqrt(square) + settings.epsilon);
      }
    }
    let worst = 0;
    for (let i = 0; i < table.size; i++) worst = Math.max(worst, Math.abs(parameters[i]! - p[i]!));
    expect(worst).toBeLessThan(2e-6);
    let moved = 0;
    for (let i = 0; i < table.size; i++) moved = Math.max(moved, Math.abs(m[i]! - firstMoments[i]!));
    expect(moved).toBeLessThan(1e-6);
  });

  it("moves each parameter by the learning rate against its gradient's sign at the first step", () => {
    const { kernels, arena } = setUp(build);
    const views = viewsOf(arena, 7);
    views.parameters.fill(2);
    views.gradients.set([1, -1, 5, -5, 0.01, 100, 0]);
    adamStep(kernels, { ...views, ranges: [{ begin: 0, end: 7, decay: false }], step: 1, learningRate: 0.5 });
    const expected = [1.5, 2.5, 1.5, 2.5, 1.5, 1.5, 2];
    expected.forEach((value, i) => expect(views.parameters[i]).toBeCloseTo(value, 5));
  });

  it("leaves what its ranges do not name untouched, so that threads can share the work", () => {
    const { kernels, arena } = setUp(build);
    const views = viewsOf(arena, 16);
    fill(views.parameters, 1, 1);
    fill(views.gradients, 2, 1);
    const before = views.parameters.slice();
    adamStep(kernels, { ...views, ranges: [{ begin: 5, end: 11, decay: true }], step: 1, learningRate: 0.1 });
    views.parameters.forEach((value, i) => expect(value !== before[i]).toBe(i >= 5 && i < 11));
    views.secondMoments.forEach((value, i) => expect(value > 0).toBe(i >= 5 && i < 11));
  });

  it("refuses views of other memories or lengths, ranges outside, and step 0", () => {
    const { kernels, arena } = setUp(build);
    const views = viewsOf(arena, 8);
    const options: AdamStepOptions = {
      ...views,
      ranges: [{ begin: 0, end: 8, decay: true }],
      step: 1,
      learningRate: 1,
    };
    expect(() => adamStep(kernels, { ...options, gradients: new Float32Array(8) })).toThrow(/gradients must lie in/);
    expect(() => adamStep(kernels, { ...options, secondMoments: arena.floats(4) })).toThrow(/but 4 secondMoments/);
    expect(() => adamStep(kernels, { ...options, step: 0 })).toThrow(/step counts from 1/);
    expect(() => adamStep(kernels, { ...options, ranges: [{ begin: 4, end: 12, decay: true }] })).toThrow(/4 to 12/);
  });
});

describe("decay ranges", () => {
  it("cover the buffer once, with each slot's own flag", () => {
    const table = parameterTable(architecture);
    const ranges = decayRanges(table);
    expect(ranges[0]!.begin).toBe(0);
    expect(ranges.at(-1)!.end).toBe(table.size);
    ranges.slice(1).forEach((range, i) => {
      expect(range.begin).toBe(ranges[i]!.end);
      expect(range.decay).not.toBe(ranges[i]!.decay);
    });
    for (const slot of table.slots) {
      const range = ranges.find(({ begin, end }) => begin <= slot.offset && slot.offset + slot.size <= end);
      expect(range?.decay, slot.name).toBe(slot.decay);
    }
  });
});

describe.each(builds)("gradients (%s)", (build) => {
  it("have the norm that doubles give, whatever their number", () => {
    const { kernels, arena } = setUp(build, true);
    for (const count of [1, 3, 4, 17, 20_000]) {
      const gradients = fill(arena.floats(count), count, 10);
      const expected = Math.sqrt(gradients.reduce((total, g) => total + g * g, 0));
      expect(Math.abs(gradientNorm(kernels, gradients) / expected - 1)).toBeLessThan(1e-12);
    }
    expect(gradientNorm(kernels, arena.floats(0))).toBe(0);
  });

  it("show in their norm when one is not finite", () => {
    const { kernels, arena } = setUp(build);
    const gradients = arena.floats(9);
    gradients[8] = Number.NaN;
    expect(gradientNorm(kernels, gradients)).toBeNaN();
    gradients[8] = Infinity;
    expect(gradientNorm(kernels, gradients)).toBe(Infinity);
    gradients.fill(1e30);
    expect(gradientNorm(kernels, gradients)).toBeCloseTo(3e30, -25);
  });

  it("add up scaled, to the bit as in JavaScript", () => {
    const { kernels, arena } = setUp(build);
    const target = fill(arena.floats(103), 1, 1);
    const source = fill(arena.floats(103), 2, 1);
    const expected = target.map((x, i) => x + Math.fround(source[i]! * Math.fround(0.3)));
    addScaled(kernels, target, source, 0.3);
    expect(target).toEqual(expected);
    const sum = target.map((x, i) => x + source[i]!);
    addScaled(kernels, target, source);
    expect(target).toEqual(sum);
    expect(() => addScaled(kernels, target, arena.floats(5))).toThrow(/cannot add 5 floats to 103/);
  });
});

function viewsOf(arena: ReturnType<typeof createArena>, count: number) {
  return {
    parameters: arena.floats(count),
    gradients: arena.floats(count),
    firstMoments: arena.floats(count),
    secondMoments: arena.floats(count),
  };
}
