import { registerHooks } from "node:module";

/** Works with a model where `onnxruntime-node` is not installed; prints what it said and did as JSON. */
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === "onnxruntime-node") throw new Error("Cannot find package 'onnxruntime-node'");
    return next(specifier, context);
  },
});
const { createTinyModel, createTokenizer } = await import("../../src/index.ts");
const told: string[] = [];
const model = await createTinyModel({
  architecture: { layers: 1, width: 32, heads: 2, context: 32 },
  tokenizer: createTokenizer(),
  seed: 1,
  onNotice: (notice) => told.push(notice),
});
const data = [{ tokens: [7, 8, 9, 10], weights: [0, 1, 1, 1] }];
const losses: number[] = [];
for (let step = 0; step < 3; step++) {
  losses.push((await model.forwardBackward(data, { kind: "cross-entropy" })).loss);
  await model.optimStep({ learningRate: 1e-2 });
}
const { info } = model;
await model[Symbol.asyncDispose]();
process.stdout.write(`${JSON.stringify({ told, info, losses })}\n`);
