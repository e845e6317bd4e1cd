import { exponential, maximumLane, multiplyAdd, sumLanes } from "./vector";

// The cache of one layer: keys `[row][head][block][size][16]` in blocks of 16 positions, values
// `[row][head][position][size]`, where `size` is the width of a head (a multiple of 16).

/**
 * Puts keys and values of `count` tokens into the cache of one layer. Token i's keys are at `keys + i * stride` floats,
 * its values at `values + i * stride`, each `heads * size` long; `rows[i]` and `positions[i]` say where they go.
 */
export function storeKeysValues(
  keys: usize,
  values: usize,
  stride: i32,
  rows: usize,
  positions: usize,
  count: i32,
  keyCache: usize,
  valueCache: usize,
  heads: i32,
  size: i32,
  context: i32,
): void {
  const bytes = (<usize>size) << 2;
  const step = (<usize>stride) << 2;
  const headBytes = <usize>context * bytes;
  const rowBytes = headBytes * heads;
  for (let i = 0; i < count; i++) {
    const row = <usize>load<u32>(rows + ((<usize>i) << 2)) * rowBytes;
    const position = <usize>load<u32>(positions + ((<usize>i) << 2));
    let key = keyCache + row + (position >> 4) * (bytes << 4) + ((position & 15) << 2);
    let value = valueCache + row + position * bytes;
    let from = keys;
    let fromValue = values;
    for (let head = 0; head < heads; head++) {
      for (let d: usize = 0; d < bytes; d += 16) {
        const v = v128.load(from + d);
        const to = key + (d << 4);
        v128.store_lane<f32>(to, v, 0);
        v128.store_lane<f32>(to, v, 1, 64);
        v128.store_lane<f32>(to, v, 2, 128);
        v128.store_lane<f32>(to, v, 3, 192);
        v128.store(value + d, v128.load(fromValue + d));
      }
      from += bytes;
      fromValue += bytes;
      key += headBytes;
      value += headBytes;
    }
    keys += step;
    values += step;
  }
}

/**
 * Causal attention of `count` queries over the cache: query i sees positions 0 to `positions[i]` of row `rows[i]`.
 * Query i is at `queries + i * stride` floats (already scaled by `1 / sqrt(size)`), its result at
 * `to + i * heads * size`. `scratch` holds `context` floats. Neighbouring queries of one row go head by head, so that
 * a head's cache is read while it is near.
 */
export function attention(
  queries: usize,
  stride: i32,
  rows: usize,
  positions: usize,
  count: i32,
  keyCache: usize,
  valueCache: usize,
  heads: i32,
  size: i32,
  context: i32,
  to: usize,
  scratch: usize,
): void {
  const bytes = (<usize>size) << 2;
  const step = (<usize>stride) << 2;
  const headBytes = <usize>context * bytes;
  const rowBytes = headBytes * heads;
  const outBytes = bytes * heads;
  let first = 0;
  while (first < count) {
    const row = load<u32>(rows + ((<usize>first) << 2));
    let end = first + 1;
    while (end < count && load<u32>(rows + ((<usize>end) << 2)) == row) end++;
    const cache = <usize>row * rowBytes;
    for (let head: usize = 0; head < <usize>heads; head++) {
      const keys = keyCache + cache + head * headBytes;
      const values = valueCache + cache + head * headBytes;
      for (let i = <usize>first; i < <usize>end; i++) {
        const seen = load<u32>(positions + (i << 2)) + 1;
        scores(queries + i * step + head * bytes, keys, seen, bytes, scratch);
        const total = softmax(scratch, seen);
        weigh(scratch, values, seen, bytes, f32(1) / total, to + i * outBytes + head * bytes);
      }
    }
    first = end;
  }
}

/** Dot products of one query with the keys of `seen` positions, two blocks of 16 at a time. */
function scores(query: usize, keys: usize, seen: usize, bytes: usize, to: usize): void {
  const blockBytes = bytes << 4;
  const blocks = (seen + 15) >> 4;
  const queryEnd = query + bytes;
  let block: usize = 0;
  for (; block + 2 <= blocks; block += 2) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let e = f32x4.splat(0);
    let f = f32x4.splat(0);
    let g = f32x4.splat(0);
    let h = f32x4.splat(0);
    let low = keys;
    let high = keys + blockBytes;
    for (let q = query; q < queryEnd; q += 8) {
      const x = v128.load32_splat(q);
      a = multiplyAdd(x, v128.load(low), a);
      b = multiplyAdd(x, v128.load(low, 16), b);
      c = multiplyAdd(x, v128.load(low, 32), c);
      d = multiplyAdd(x, v128.load(low, 48), d);
      e = multiplyAdd(x, v128.load(high), e);
      f = multiplyAdd(x, v128.load(high, 16), f);
      g = multiplyAdd(x, v128.load(high, 32), g);
      h = multiplyAdd(x, v128.load(high, 48), h);
      const y = v128.load32_splat(q, 4);
      a = multiplyAdd(y, v128.load(low, 64), a);
      b = multiplyAdd(y, v128.load(low, 80), b);
      c = multiplyAdd(y, v128.load(low, 96), c);
      d = multiplyAdd(y, v128.load(low, 112), d);
      e = multiplyAdd(y, v128.load(high, 64), e);
      f = multiplyAdd(y, v128.load(high, 80), f);
      g = multiplyAdd(y, v128.load(high, 96), g);
      h = multiplyAdd(y, v128.load(high, 112), h);
      low += 128;
      high += 128;
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    v128.store(to, e, 64);
    v128.store(to, f, 80);
    v128.store(to, g, 96);
    v128.store(to, h, 112);
    to += 128;
    keys += blockBytes << 1;
  }
  if (block < blocks) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (let q = query; q < queryEnd; q += 4) {
      const x = v128.load32_splat(q);
      a = multiplyAdd(x, v128.load(keys), a);
      b = multiplyAdd(x, v128.load(keys, 16), b);
      c = multiplyAdd(x, v128.load(keys, 32), c);
      d = multiplyAdd(x, v128.load(keys, 48), d);
      keys += 64;
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/**
 * Turns the first `seen` of the scores into `exp(score - maximum)` and returns their sum. Up to the next multiple of
 * 16 the scores are of positions not yet written or not to be seen: they become zeros.
 */
function softmax(scores: usize, seen: usize): f32 {
  const end = scores + (((seen + 15) & ~15) << 2);
  for (let at = scores + (seen << 2); at < end; at += 4) store<f32>(at, -f32.MAX_VALUE);
  let most = v128.load(scores);
  for (let at = scores + 16; at < end; at += 16) most = f32x4.max(most, v128.load(at));
  const maximum = f32x4.splat(maximumLane(most));
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  for (let at = scores; at < end; at += 32) {
    const x = exponential(f32x4.sub(v128.load(at), maximum));
    const y = exponential(f32x4.sub(v128.load(at, 16), maximum));
    v128.store(at, x);
    v128.store(at, y, 16);
    a = f32x4.add(a, x);
    b = f32x4.add(b, y);
  }
  return sumLanes(f32x4.add(a, b));
}

/** `to = factor * sum of weights[position] * values[position]`, 32 columns of the head at a time, or 16. */
function weigh(weights: usize, values: usize, seen: usize, bytes: usize, factor: f32, to: usize): void {
  const by = f32x4.splat(factor);
  const end = weights + (seen << 2);
  let column: usize = 0;
  for (; column + 128 <= bytes; column += 128) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let e = f32x4.splat(0);
    let f = f32x4.splat(0);
    let g = f32x4.splat(0);
    let h = f32x4.splat(0);
    let value = values + column;
    for (let at = weights; at < end; at += 4) {
      const x = v128.load32_splat(at);
      a = multiplyAdd(x, v128.load(value), a);
      b = multiplyAdd(x, v128.load(value, 16), b);
      c = multiplyAdd(x, v128.load(value, 32), c);
      d = multiplyAdd(x, v128.load(value, 48), d);
      e = multiplyAdd(x, v128.load(value, 64), e);
      f = multiplyAdd(x, v128.load(value, 80), f);
      g = multiplyAdd(x, v128.load(value, 96), g);
      h = multiplyAdd(x, v128.load(value, 112), h);
      value += bytes;
    }
    v128.store(to, f32x4.mul(a, by));
    v128.store(to, f32x4.mul(b, by), 16);
    v128.store(to, f32x4.mul(c, by), 32);
    v128.store(to, f32x4.mul(d, by), 48);
    v128.store(to, f32x4.mul(e, by), 64);
    v128.store(to, f32x4.mul(f, by), 80);
    v128.store(to, f32x4.mul(g, by), 96);
    v128.store(to, f32x4.mul(h, by), 112);
    to += 128;
  }
  if (column < bytes) {
    // Even and odd positions in separate sums, so that eight chains hide the latency of the multiply-adds.
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let e = f32x4.splat(0);
    let f = f32x4.splat(0);
    let g = f32x4.splat(0);
    let h = f32x4.splat(0);
    let even = values + column;
    let odd = even + bytes;
    let at = weights;
    for (; at + 4 < end; at += 8) {
      const x = v128.load32_splat(at);
      a = multiplyAdd(x, v128.load(even), a);
      b = multiplyAdd(x, v128.load(even, 16), b);
      c = multiplyAdd(x, v128.load(even, 32), c);
      d = multiplyAdd(x, v128.load(even, 48), d);
      const y = v128.load32_splat(at, 4);
      e = multiplyAdd(y, v128.load(odd), e);
      f = multiplyAdd(y, v128.load(odd, 16), f);
      g = multiplyAdd(y, v128.load(odd, 32), g);
      h = multiplyAdd(y, v128.load(odd, 48), h);
      even += bytes << 1;
      odd += bytes << 1;
    }
    if (at < end) {
      const x = v128.load32_splat(at);
      a = multiplyAdd(x, v128.load(even), a);
      b = multiplyAdd(x, v128.load(even, 16), b);
      c = multiplyAdd(x, v128.load(even, 32), c);
      d = multiplyAdd(x, v128.load(even, 48), d);
    }
    v128.store(to, f32x4.mul(f32x4.add(a, e), by));
    v128.store(to, f32x4.mul(f32x4.add(b, f), by), 16);
    v128.store(to, f32x4.mul(f32x4.add(c, g), by), 32);
    v128.store(to, f32x4.mul(f32x4.add(d, h), by), 48);
  }
}

/**
 * Copies the first `length` positions of row `from` to row `to` in the cache of one layer. Keys go by whole blocks of
 * 16: what lies past `length` in the last one is never seen.
 */
export function copyPrefix(
  keyCache: usize,
  valueCache: usize,
  from: i32,
  to: i32,
  length: i32,
  heads: i32,
  size: i32,
  context: i32,
): void {
  const bytes = (<usize>size) << 2;
  const headBytes = <usize>context * bytes;
  let source = <usize>from * headBytes * heads;
  let target = <usize>to * headBytes * heads;
  for (let head = 0; head < heads; head++) {
    memory.copy(keyCache + target, keyCache + source, ((<usize>length + 15) & ~15) * bytes);
    memory.copy(valueCache + target, valueCache + source, <usize>length * bytes);
    source += headBytes;
    target += headBytes;
  }
}
