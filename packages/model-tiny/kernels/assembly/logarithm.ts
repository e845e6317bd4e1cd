/**
 * The natural logarithm of a positive, normal, finite double, within 2 units in the last place. Free of tables, unlike
 * the standard library's: the module has no data segment, so many instances may share one memory.
 */
export function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let exponent = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  // log m = 2 artanh s, with |s| <= 0.1716.
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let p: f64 = 1.0 / 21;
  p = p * z + 1.0 / 19;
  p = p * z + 1.0 / 17;
  p = p * z + 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  return <f64>exponent * 0.6931471805599453 + 2 * (s + s * z * p);
}
