// fakes
export { fakeClock, type FakeClock } from './clock/fake-clock.ts';
export { seededRandom } from './clock/random.ts';
export { fakeProvider, type FakeCall, type FakeOptions, type FakeProvider } from './fake/fake-provider.ts';
export type { FakeOperationCall, FakeOperationOptions, FakeOperations } from './fake/operations.ts';
export type {
  EmbeddingTurn,
  OperationFail,
  OperationHang,
  SpeechTurn,
  TranscriptionTurn,
} from './script/operation-turn.ts';
export type { AnswerTurn, FailTurn, HangTurn, Turn } from './script/turn.ts';

// wires
export type {
  Answer,
  AnswerPart,
  AnswerReasoning,
  AnswerRefusal,
  AnswerText,
  AnswerToolCall,
  Chunks,
} from './wires/answer.ts';
export { anthropicMessages } from './wires/anthropic-messages/wire.ts';
export { bedrockConverse } from './wires/bedrock-converse/wire.ts';
export {
  FAILURE_KINDS,
  type Failure,
  type FailureForm,
  type FailureName,
  type RetryAfter,
} from './wires/failure.ts';
export { geminiGenerate } from './wires/gemini-generate/wire.ts';
export { chatDialects, type ChatDialect } from './wires/openai-chat/dialect.ts';
export type {
  OperationAnswer,
  OperationName,
  SoundTurn,
  TranscriptTurn,
  VectorsTurn,
} from './wires/operation-answer.ts';
export { ollamaChat } from './wires/ollama-chat/wire.ts';
export { openaiChat, openaiChatWire } from './wires/openai-chat/wire.ts';
export type { ResponsesDialect } from './wires/openai-responses/dialect.ts';
export { openaiResponses, openaiResponsesWire } from './wires/openai-responses/wire.ts';
export { workersaiRun } from './wires/workersai-run/wire.ts';
export type {
  Frame,
  Framing,
  OperationReply,
  OperationRequest,
  Reply,
  ValidateOptions,
  Violation,
  Wire,
  WireOperation,
  WireRequest,
} from './wires/wire.ts';

// server
export type { Exchange } from './server/exchange.ts';
export type { FormFile } from './wires/operations/form.ts';
export type { Fault, Point, Step } from './script/fault.ts';
export { refusedURL } from './server/refused.ts';
export { startWireServer, type Script, type WireServer, type WireServerOptions } from './server/server.ts';
export type { Split } from './server/split.ts';

// conformance
export { collect, type Collected, type OnStep } from './conformance/collect.ts';
export { casesFor, conformance } from './conformance/conformance.ts';
export type { Case, Harness } from './conformance/harness.ts';
export type { Scenario } from './conformance/scenario.ts';

// stores
export { cacheStoreConformance } from './stores/cache-store.ts';
export { ledgerStoreConformance, ledgerWindowConformance } from './stores/ledger/cases.ts';
export type { CacheStore } from '@majordomo/cache';
export type { LedgerStore } from '@majordomo/ledger';
export type { StoreCase } from './stores/store-case.ts';

// journal
export {
  engineConformance,
  type EngineCase,
  type EngineConformance,
  type EngineDecision,
  type EngineRuns,
} from './journal/engine.ts';
export type { AgentKit, EngineAgentName, EngineAgents, KitTool } from './journal/engine-agents.ts';
export { replay, type Journal, type Replayed } from './journal/replay.ts';

// network
export { noNetwork, type BlockedConnection } from './network/no-network.ts';

// recordings
export { awsHandler, type AwsHandler } from './record/aws-handler.ts';
export { recordingFolder, type RecordingFolder } from './record/folder.ts';
export { record, type RecordingFetch, type RecordOptions } from './record/record.ts';
export {
  parseRecording,
  type RecordedBody,
  type RecordedChunk,
  type RecordedEnd,
  type RecordedError,
  type RecordedRequest,
  type RecordedResponse,
  type Recording,
} from './record/recording.ts';
export { replayRecordings, type ReplayingFetch, type ReplayOptions } from './record/replay-recordings.ts';
export { sealRecording } from './record/seal.ts';
