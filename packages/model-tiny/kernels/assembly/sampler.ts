import { logarithm } from "./logarithm";
import { exponential, maximumLane, sumLanes } from "./vector";

/**
 * Draws a token from one row of `count` logits (a multiple of 32; -Infinity never gets drawn) with the uniform number
 * `u` in [0, 1). Returns the token and stores two doubles at `out`: its log-probability at temperature 1 over the whole
 * row, and the log-probability that it was drawn with. `scratch` holds `count` floats.
 *
 * `temperature` 0 takes the most likely token, the first of equals. `topP` below 1 keeps the smallest set of most
 * likely tokens that has at least that probability (after the temperature); tokens that tie with the last one are kept
 * as well, so that equals are treated equally.
 *
 * Returns -1, and stores NaN twice, where the logits are no distribution: one of them is NaN or +Infinity, or all are
 * -Infinity.
 */
export function sample(
  logits: usize,
  count: i32,
  temperature: f32,
  topP: f32,
  u: f64,
  scratch: usize,
  out: usize,
): i32 {
  const bytes = (<usize>count) << 2;
  const maximum = maximumOf(logits, bytes);
  if (!isFinite<f32>(maximum)) {
    store<f64>(out, NaN);
    store<f64>(out, NaN, 8);
    return -1;
  }
  let total = exponentials(logits, bytes, maximum, 1, scratch);
  const logTotal = logarithm(<f64>total);
  if (temperature == 0) {
    let token = 0;
    while (token < count - 1 && load<f32>(logits + ((<usize>token) << 2)) != maximum) token++;
    store<f64>(out, -logTotal);
    store<f64>(out, 0, 8);
    return token;
  }
  if (temperature != 1) total = exponentials(logits, bytes, maximum, f32(1) / temperature, scratch);
  const threshold = topP < 1 ? nucleusThreshold(scratch, bytes, topP * total) : 1;
  const token = draw(scratch, count, threshold, u, out);
  const chosen = (<usize>token) << 2;
  const behaviour = logarithm(<f64>load<f32>(scratch + chosen)) - logarithm(load<f64>(out));
  store<f64>(out, <f64>load<f32>(logits + chosen) - <f64>maximum - logTotal);
  store<f64>(out, behaviour, 8);
  return token;
}

/**
 * The log-probability of `token` at temperature 1 over one row of `count` logits; NaN where they are no distribution.
 * `scratch` holds `count` floats.
 */
export function logProbability(logits: usize, count: i32, token: i32, scratch: usize): f64 {
  const bytes = (<usize>count) << 2;
  const maximum = maximumOf(logits, bytes);
  if (!isFinite<f32>(maximum)) return NaN;
  const total = exponentials(logits, bytes, maximum, 1, scratch);
  return <f64>load<f32>(logits + ((<usize>token) << 2)) - <f64>maximum - logarithm(<f64>total);
}

/** The largest logit; NaN when one is. */
function maximumOf(logits: usize, bytes: usize): f32 {
  let a = v128.load(logits);
  let b = a;
  for (let at = logits; at < logits + bytes; at += 32) {
    a = f32x4.max(a, v128.load(at));
    b = f32x4.max(b, v128.load(at, 16));
  }
  return maximumLane(f32x4.max(a, b));
}

/** `to[i] = exp((logits[i] - maximum) * factor)`; returns their sum, which is at least 1. */
function exponentials(logits: usize, bytes: usize, maximum: f32, factor: f32, to: usize): f32 {
  const less = f32x4.splat(maximum);
  const by = f32x4.splat(factor);
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 32) {
    const x = exponential(f32x4.mul(f32x4.sub(v128.load(logits + at), less), by));
    const y = exponential(f32x4.mul(f32x4.sub(v128.load(logits + at, 16), less), by));
    v128.store(to + at, x);
    v128.store(to + at, y, 16);
    a = f32x4.add(a, x);
    b = f32x4.add(b, y);
  }
  return sumLanes(f32x4.add(a, b));
}

/** The sum of the weights that are at least `threshold` (as bits: positive floats sort as integers). */
function massFrom(weights: usize, bytes: usize, threshold: i32): f32 {
  const from = i32x4.splat(threshold);
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  for (let at = weights; at < weights + bytes; at += 32) {
    const x = v128.load(at);
    const y = v128.load(at, 16);
    a = f32x4.add(a, v128.and(x, i32x4.ge_s(x, from)));
    b = f32x4.add(b, v128.and(y, i32x4.ge_s(y, from)));
  }
  return sumLanes(f32x4.add(a, b));
}

/** The largest threshold, as bits, at which the kept weights still sum to `mass`: bisection over the floats up to 1. */
function nucleusThreshold(weights: usize, bytes: usize, mass: f32): i32 {
  let low: i32 = 1;
  let high: i32 = 0x3f800001;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (massFrom(weights, bytes, middle) >= mass) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Draws an index with probability proportional to its weight among the weights of at least `threshold` (as bits,
 * positive). Stores the sum of those weights, a double, at `out`. Sums of 16 find the block, single weights the index.
 */
function draw(weights: usize, count: i32, threshold: i32, u: f64, out: usize): i32 {
  const end = weights + ((<usize>count) << 2);
  let total: f64 = 0;
  for (let at = weights; at < end; at += 64) total += <f64>blockMass(at, threshold);
  store<f64>(out, total);
  const target = u * total;
  let before: f64 = 0;
  let chosen: usize = 0;
  for (let at = weights; at < end; at += 64) {
    const mass = <f64>blockMass(at, threshold);
    if (mass > 0) chosen = at;
    if (before + mass > target) break;
    before += mass;
  }
  let index = chosen;
  for (let at = chosen; at < chosen + 64; at += 4) {
    if (load<i32>(at) < threshold) continue;
    index = at;
    before += <f64>load<f32>(at);
    if (before > target) break;
  }
  return <i32>((index - weights) >> 2);
}

function blockMass(at: usize, threshold: i32): f32 {
  const from = i32x4.splat(threshold);
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  return sumLanes(
    f32x4.add(
      f32x4.add(v128.and(a, i32x4.ge_s(a, from)), v128.and(b, i32x4.ge_s(b, from))),
      f32x4.add(v128.and(c, i32x4.ge_s(c, from)), v128.and(d, i32x4.ge_s(d, from))),
    ),
  );
}
