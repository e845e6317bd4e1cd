import { multiplyAdd, sumLanes } from "./vector";

/**
 * `to[i] = (from[i] - mean) / sqrt(variance + epsilon) * scale + shift` for each of `count` rows of `width` floats
 * (a multiple of 16). The variance is the population's, from a second pass over the row.
 */
export function layerNorm(
  from: usize,
  to: usize,
  scale: usize,
  shift: usize,
  count: i32,
  width: i32,
  epsilon: f32,
): void {
  const bytes = (<usize>width) << 2;
  const share = f32(1) / f32(width);
  for (let i = 0; i < count; i++) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 64) {
      a = f32x4.add(a, v128.load(from + at));
      b = f32x4.add(b, v128.load(from + at, 16));
      c = f32x4.add(c, v128.load(from + at, 32));
      d = f32x4.add(d, v128.load(from + at, 48));
    }
    const mean = f32x4.splat(sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d))) * share);
    a = f32x4.splat(0);
    b = f32x4.splat(0);
    c = f32x4.splat(0);
    d = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 64) {
      const w = f32x4.sub(v128.load(from + at), mean);
      const x = f32x4.sub(v128.load(from + at, 16), mean);
      const y = f32x4.sub(v128.load(from + at, 32), mean);
      const z = f32x4.sub(v128.load(from + at, 48), mean);
      a = multiplyAdd(w, w, a);
      b = multiplyAdd(x, x, b);
      c = multiplyAdd(y, y, c);
      d = multiplyAdd(z, z, d);
    }
    const variance = sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d))) * share;
    const inverse = f32x4.splat(f32(1) / sqrt<f32>(variance + epsilon));
    for (let at: usize = 0; at < bytes; at += 16) {
      const normal = f32x4.mul(f32x4.sub(v128.load(from + at), mean), inverse);
      v128.store(to + at, multiplyAdd(normal, v128.load(scale + at), v128.load(shift + at)));
    }
    from += bytes;
    to += bytes;
  }
}
