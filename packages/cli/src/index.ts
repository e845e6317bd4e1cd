export { examples } from "./commands/common.ts";
export { defineConfig, type GemConfig } from "./config.ts";
export {
  defaultStyle,
  type Environment,
  type EnvironmentChoice,
  openEnvironment,
} from "./environment/open-environment.ts";
export { episodeLine } from "./episodes/episode-line.ts";
export { episodeMoves, type Move } from "./episodes/moves.ts";
export { describeOutcome } from "./episodes/outcome.ts";
export { printEpisode } from "./episodes/print-episode.ts";
export { evaluatePolicy, type EvaluatePolicyOptions, type Played } from "./evaluation/evaluate-player.ts";
export { difference, estimate, type Estimate, type Scores, scoresOf } from "./evaluation/scores.ts";
export { renderBeforeAfter, renderScores, type ScoredPolicy, type ScoredReference } from "./evaluation/scores-table.ts";
export { EXIT, type ExitCode } from "./exit-code.ts";
export { formatClock, formatDuration } from "./format/duration.ts";
export { formatChange, formatCompact, formatCount, formatDecimal, formatEstimate } from "./format/number.ts";
export { oneLine, printable } from "./format/printable.ts";
export { type Interrupt, listenForInterrupt } from "./interrupt.ts";
export { commandLine, invocation, quoteArgument } from "./invocation.ts";
export { loadPacks, type LoadPacksOptions } from "./load-packs.ts";
export { machineFacts, type MachineFacts } from "./machine.ts";
export {
  BASE_MODEL,
  checkpointFolder,
  DEFAULT_WORKERS,
  describeModel,
  openModel,
  type OpenModelOptions,
} from "./model/open-model.ts";
export { BASELINES, isModel, openPlayer, type Player, requireSupport } from "./model/open-player.ts";
export { type Bounds, decimalNumber, seedNumber, wholeNumber } from "./options/number.ts";
export { collectSetting, type Settings } from "./options/setting.ts";
export { openOutput, type Output } from "./output.ts";
export { createProgram, quiet } from "./program.ts";
export { renderReport } from "./report/render-report.ts";
export type {
  EpisodePair,
  Evaluation,
  EvaluationPoint,
  Point,
  Reference,
  ReportData,
  TrainingSample,
} from "./report/report-data.ts";
export { describeError, type ErrorReport, isVerbose, renderError } from "./report-error.ts";
export { runProgram } from "./run-program.ts";
export { progressBar, sparkline } from "./terminal/sparkline.ts";
export { type Column, renderTable, type Row } from "./terminal/table.ts";
export { createTerminal, type Terminal, type TerminalOptions } from "./terminal/terminal.ts";
export { wrapText } from "./terminal/wrap-text.ts";
export { continueTraining, type ContinueTrainingOptions } from "./training/continue-training.ts";
export type { SessionParts, SessionResult, SessionScores } from "./training/session.ts";
export { startTraining, type StartTrainingOptions } from "./training/start-training.ts";
export { showTraining, type ShowTrainingOptions, type TrainingProgress } from "./training/training-progress.ts";
export { writeWhole } from "./write-file.ts";
