/** `to[i] = embedding[tokens[i]] + positions[at[i]]` for `count` tokens; rows of `width` floats (a multiple of 16). */
export function embed(
  tokens: usize,
  at: usize,
  count: i32,
  embedding: usize,
  positions: usize,
  to: usize,
  width: i32,
): void {
  const bytes = (<usize>width) << 2;
  for (let i = 0; i < count; i++) {
    const token = embedding + <usize>load<u32>(tokens + ((<usize>i) << 2)) * bytes;
    const position = positions + <usize>load<u32>(at + ((<usize>i) << 2)) * bytes;
    for (let offset: usize = 0; offset < bytes; offset += 64) {
      v128.store(to + offset, f32x4.add(v128.load(token + offset), v128.load(position + offset)));
      v128.store(to + offset, f32x4.add(v128.load(token + offset, 16), v128.load(position + offset, 16)), 16);
      v128.store(to + offset, f32x4.add(v128.load(token + offset, 32), v128.load(position + offset, 32)), 32);
      v128.store(to + offset, f32x4.add(v128.load(token + offset, 48), v128.load(position + offset, 48)), 48);
    }
    to += bytes;
  }
}

/** `to[i] = from[indices[i]]` for `count` rows of `width` floats. */
export function gatherRows(from: usize, indices: usize, count: i32, to: usize, width: i32): void {
  const bytes = (<usize>width) << 2;
  for (let i = 0; i < count; i++) {
    memory.copy(to, from + <usize>load<u32>(indices + ((<usize>i) << 2)) * bytes, bytes);
    to += bytes;
  }
}
