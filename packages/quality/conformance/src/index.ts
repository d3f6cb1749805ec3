export type {
  Answer,
  AnsweredRequest,
  AnswerPart,
  AnswerReasoning,
  AnswerRefusal,
  AnswerText,
  AnswerToolCall,
  ChatAnswerDialect,
  Chunks,
  Fault,
  Frame,
  Framing,
  Point,
  Reply,
  Split,
  WireWriter,
} from '@majordomo/testing/internal';
export { anthropicMessages } from './wires/anthropic-messages/wire.ts';
export { bedrockConverse } from './wires/bedrock-converse/wire.ts';
export {
  FAILURE_KINDS,
  type Failure,
  type FailureForm,
  type FailureName,
  type RetryAfter,
} from '@majordomo/testing/internal';
export { geminiGenerate } from './wires/gemini-generate/wire.ts';
export { chatDialects, type ChatDialect } from './wires/openai-chat/dialect.ts';
export { ollamaChat } from './wires/ollama-chat/wire.ts';
export { openaiChat, openaiChatWire } from './wires/openai-chat/wire.ts';
export type { ResponsesDialect } from './wires/openai-responses/stream.ts';
export { openaiResponses, openaiResponsesWire } from './wires/openai-responses/wire.ts';
export { workersaiRun } from './wires/workersai-run/wire.ts';
export type {
  OperationReply,
  OperationRequest,
  ValidateOptions,
  Violation,
  Wire,
  WireOperation,
  WireRequest,
} from './wires/wire.ts';

export type { JobFault, JobPlan, JobRequest, JobStep, ServerJob } from './jobs/contract.ts';
export type { FileFault, FileRequest, FileVendor, UploadedFile } from './files/contract.ts';
export { startFileServer, type FileServer, type FileServerOptions } from './files/server.ts';
export { startJobServer, type JobServer, type JobServerOptions } from './jobs/server.ts';
export { startBatchServer, type BatchServer, type BatchServerOptions } from './batches/server.ts';
export type {
  BatchFault,
  BatchItem,
  BatchRequest,
  BatchResult,
  BatchStep,
  BatchVendor,
  ServerBatch,
  ServerFile,
} from './batches/contract.ts';
export type { Exchange } from './server/exchange.ts';
export type { FormFile } from './wires/operations/form.ts';
export type { Step } from './script/step.ts';
export { startWireServer, type Script, type WireServer, type WireServerOptions } from './server/server.ts';

export {
  promptCacheScript,
  type PromptCacheBill,
  type PromptCacheRates,
  type PromptCacheScript,
  type PromptCacheScriptOptions,
} from './prompt-cache/script.ts';

export { casesFor, conformance } from './provider/conformance.ts';
export type { Case, Harness } from './provider/harness.ts';
export type { Scenario } from './provider/harness.ts';

export { sandboxConformance } from './sandbox/conformance.ts';
export type { SandboxCase, TestedSandbox } from './sandbox/sandbox.ts';

export { callStoreConformance } from './stores/calls.ts';
export type { CallStores } from './stores/stored-calls.ts';
export { fileStoreConformance, type FileStores, type TestedFileContent } from './stores/files.ts';
export type { CallEntry, CallQuery, CallStore } from '@majordomo/admin';
export { recordStoreConformance } from './stores/records/cases.ts';
export type { RecordStores } from './stores/records/support.ts';
export type { RecordChange, RecordQuery, RecordStore, StoredRecord } from '@majordomo/records';
export { ledgerStoreConformance, ledgerWindowConformance } from './stores/ledger/cases.ts';
export type { LedgerStore } from '@majordomo/ledger';
export type { StoreCase } from './stores/store-case.ts';

export {
  engineConformance,
  type EngineCase,
  type EngineConformance,
  type EngineDecision,
  type EngineRuns,
} from './journal/engine.ts';
export type { AgentKit, EngineAgentName, EngineAgents, KitTool } from './journal/engine-agents.ts';
export { replayRun, type ReplayJournal, type ReplayResult } from './journal/replay-run.ts';

export type { OperationAnswer, OperationName, PlainTurn } from '@majordomo/testing';
