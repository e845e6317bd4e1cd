/**
 * What the compiled kernels export. Pointers are byte offsets in the memory; strides and sizes count floats. Each
 * function is documented where it is written, in kernels/assembly.
 */
export interface KernelFunctions {
  embed(
    tokens: number,
    at: number,
    count: number,
    embedding: number,
    positions: number,
    to: number,
    width: number,
  ): void;
  gatherRows(from: number, indices: number, count: number, to: number, width: number): void;
  layerNorm(
    from: number,
    to: number,
    scale: number,
    shift: number,
    count: number,
    width: number,
    epsilon: number,
  ): void;
  gemm(
    a: number,
    strideA: number,
    w: number,
    c: number,
    strideC: number,
    rows: number,
    depth: number,
    panels: number,
    mode: number,
  ): void;
  storeKeysValues(
    keys: number,
    values: number,
    stride: number,
    rows: number,
    positions: number,
    count: number,
    keyCache: number,
    valueCache: number,
    heads: number,
    size: number,
    context: number,
  ): void;
  attention(
    queries: number,
    stride: number,
    rows: number,
    positions: number,
    count: number,
    keyCache: number,
    valueCache: number,
    heads: number,
    size: number,
    context: number,
    to: number,
    scratch: number,
  ): void;
  copyPrefix(
    keyCache: number,
    valueCache: number,
    from: number,
    to: number,
    length: number,
    heads: number,
    size: number,
    context: number,
  ): void;
  maskLogits(logits: number, count: number, tokens: number, vocabulary: number): void;
  valueHead(states: number, weight: number, bias: number, count: number, width: number, to: number): void;
  sample(
    logits: number,
    count: number,
    temperature: number,
    topP: number,
    uniform: number,
    scratch: number,
    out: number,
  ): number;
  logProbability(logits: number, count: number, token: number, scratch: number): number;
  adam(
    parameters: number,
    gradients: number,
    firstMoments: number,
    secondMoments: number,
    count: number,
    gradientScale: number,
    keep: number,
    rate: number,
    beta1: number,
    beta2: number,
    correction: number,
    epsilon: number,
  ): void;
  sumOfSquares(from: number, count: number): number;
  addScaled(to: number, from: number, count: number, scale: number): void;
}
