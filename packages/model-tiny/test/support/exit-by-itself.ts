import { createTinyModel, createTokenizer } from "../../src/index.ts";

/** Makes models, works with them, disposes of them or (with `keep`) forgets to, and must then end by itself. */
const keep = process.argv[2] === "keep";
for (const workers of [0, 2]) {
  const model = await createTinyModel({
    architecture: { layers: 1, width: 32, heads: 2, context: 32 },
    tokenizer: createTokenizer(),
    seed: 1,
    workers,
  });
  await Promise.all([7, 8, 9].map((id) => model.sample({ prompt: [id], maxTokens: 4, seed: id })));
  await model.forwardBackward(
    [
      { tokens: [7, 8, 9], weights: [0, 1, 1] },
      { tokens: [9, 8], weights: [0, 1] },
    ],
    { kind: "cross-entropy" },
  );
  await model.optimStep({ learningRate: 1e-3 });
  if (!keep) {
    await model[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
    const left = process
      .getActiveResourcesInfo()
      .filter((name) => !["TTYWrap", "PipeWrap", "FSReqPromise"].includes(name));
    if (left.length > 0) throw new Error(`still open: ${left.join(", ")}`);
  }
}
process.stdout.write("worked\n");
