// Tokens.
export { estimateTokens } from '@majordomo/catalog/tokens';
export {
  tokenMeter,
  type MeteredRequest,
  type MeterReading,
  type TokenCounter,
  type TokenMeter,
} from './meter/token-meter.ts';

// Compaction.
export { createCompactor, type Compactor } from './compact/compactor.ts';
export type {
  Compaction,
  CompactionEvent,
  CompactionRun,
  CompactorOptions,
  ContextStatus,
  Lineage,
  SkipReason,
} from './compact/options.ts';
export { summaryOrder, type SummaryOrder, type SummaryOrderOptions } from './compact/summarize.ts';

// Prompts.
export { buildPrompt, type Layer, type Prompt } from './prompt/build-prompt.ts';
export { guidance } from './prompt/guidance.ts';
export { recall } from './prompt/recall.ts';
export { inspectText, type Suspicion } from './inspect/inspect-text.ts';

// Titles.
export { titleOf, type TitleOptions } from './title/title-of.ts';

export type { Redactor } from '@majordomo/redact';
