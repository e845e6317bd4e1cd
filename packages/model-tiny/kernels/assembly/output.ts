import { multiplyAdd, sumLanes } from "./vector";

/** Sets the logits of padding ids, `tokens` to `vocabulary - 1`, to -Infinity in each of `count` rows. */
export function maskLogits(logits: usize, count: i32, tokens: i32, vocabulary: i32): void {
  for (let i = 0; i < count; i++) {
    const end = logits + ((<usize>vocabulary) << 2);
    for (let at = logits + ((<usize>tokens) << 2); at < end; at += 4) store<f32>(at, -Infinity);
    logits = end;
  }
}

/** `to[i] = states[i] . weight + bias[0]` for `count` rows of `width` floats (a multiple of 16). */
export function valueHead(states: usize, weight: usize, bias: usize, count: i32, width: i32, to: usize): void {
  const bytes = (<usize>width) << 2;
  for (let i = 0; i < count; i++) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 32) {
      a = multiplyAdd(v128.load(states + at), v128.load(weight + at), a);
      b = multiplyAdd(v128.load(states + at, 16), v128.load(weight + at, 16), b);
    }
    store<f32>(to, sumLanes(f32x4.add(a, b)) + load<f32>(bias));
    states += bytes;
    to += 4;
  }
}
