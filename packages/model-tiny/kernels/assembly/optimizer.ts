import { multiplyAdd } from "./vector";

/**
 * One Adam update of `count` floats at `parameters`. Gradients are first multiplied by `gradientScale`, parameters by
 * `keep` (1 - learning rate * weight decay). With `rate` = learning rate / (1 - beta1^t) and `correction` =
 * 1 / sqrt(1 - beta2^t): `p = keep * p - rate * m / (sqrt(v) * correction + epsilon)`.
 */
export function adam(
  parameters: usize,
  gradients: usize,
  firstMoments: usize,
  secondMoments: usize,
  count: i32,
  gradientScale: f32,
  keep: f32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  correction: f32,
  epsilon: f32,
): void {
  const bytes = (<usize>count) << 2;
  const whole = bytes & ~15;
  const scale = f32x4.splat(gradientScale);
  const kept = f32x4.splat(keep);
  const step = f32x4.splat(rate);
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const c1 = f32x4.splat(f32(1) - beta1);
  const c2 = f32x4.splat(f32(1) - beta2);
  const corrected = f32x4.splat(correction);
  const eps = f32x4.splat(epsilon);
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const g = f32x4.mul(v128.load(gradients + at), scale);
    const m = multiplyAdd(v128.load(firstMoments + at), b1, f32x4.mul(g, c1));
    const v = multiplyAdd(v128.load(secondMoments + at), b2, f32x4.mul(f32x4.mul(g, g), c2));
    v128.store(firstMoments + at, m);
    v128.store(secondMoments + at, v);
    const change = f32x4.div(f32x4.mul(step, m), multiplyAdd(f32x4.sqrt(v), corrected, eps));
    v128.store(parameters + at, f32x4.sub(f32x4.mul(v128.load(parameters + at), kept), change));
  }
  for (; at < bytes; at += 4) {
    const g = load<f32>(gradients + at) * gradientScale;
    const m = load<f32>(firstMoments + at) * beta1 + g * (f32(1) - beta1);
    const v = load<f32>(secondMoments + at) * beta2 + g * g * (f32(1) - beta2);
    store<f32>(firstMoments + at, m);
    store<f32>(secondMoments + at, v);
    const change = (rate * m) / (sqrt<f32>(v) * correction + epsilon);
    store<f32>(parameters + at, load<f32>(parameters + at) * keep - change);
  }
}

/** The sum of squares of `count` floats, gathered in doubles. */
export function sumOfSquares(from: usize, count: i32): f64 {
  const bytes = (<usize>count) << 2;
  const whole = bytes & ~15;
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const x = v128.load(from + at);
    const low = f64x2.promote_low_f32x4(x);
    const high = f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3));
    a = f64x2.add(a, f64x2.mul(low, low));
    b = f64x2.add(b, f64x2.mul(high, high));
  }
  const pairs = f64x2.add(a, b);
  let sum = f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
  for (; at < bytes; at += 4) {
    const x = <f64>load<f32>(from + at);
    sum += x * x;
  }
  return sum;
}

/** `to = to + scale * from`, element by element over `count` floats; rounded alike in every build. */
export function addScaled(to: usize, from: usize, count: i32, scale: f32): void {
  const bytes = (<usize>count) << 2;
  const whole = bytes & ~15;
  const by = f32x4.splat(scale);
  let at: usize = 0;
  for (; at < whole; at += 16) {
    v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(v128.load(from + at), by)));
  }
  for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at) * scale);
}
