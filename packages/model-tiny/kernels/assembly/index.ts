export { attention, copyPrefix, storeKeysValues } from "./attention";
export { embed, gatherRows } from "./embedding";
export { gemm } from "./gemm";
export { layerNorm } from "./layer-norm";
export { adam, addScaled, sumOfSquares } from "./optimizer";
export { maskLogits, valueHead } from "./output";
export { logProbability, sample } from "./sampler";
