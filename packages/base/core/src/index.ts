// Setup
export { createMajordomo } from './client/create.ts';
export { checkDsn, dsnVariable } from './resolve/dsn.ts';
export { lanes } from './gates/lanes.ts';
export { listeners } from './util/listeners.ts';
export { systemClock } from './util/time.ts';
export type { Clock, WaitUntil } from './types/call-options.ts';
export type { AttemptInfo, Denial, Gate, Permit } from './types/gate.ts';
export type { Health, HealthOptions, TargetHealth, Verdict } from './types/health.ts';
export type { MediaFitter } from './types/provider.ts';
export type {
  Majordomo,
  MajordomoOptions,
  ModelSpec,
  NamedSpec,
  PreparedTarget,
  PreparedVideo,
  PrepareOptions,
  ResolvedTarget,
  ResolveOptions,
  Resolver,
  SuggestModel,
  SpecElement,
  TargetSettings,
} from './types/majordomo.ts';

// Messages and parts
export { fromJson, toJson } from './json/codec.ts';
export { assistant, audio, file, image, searchResult } from './types/messages.ts';
export { toolResult, user, vendorResult } from './types/messages.ts';
export type {
  AssistantMessage,
  AssistantPart,
  CallPart,
  ResultPart,
  AudioPart,
  BlobPart,
  Citation,
  FilePart,
  FileReference,
  ImagePart,
  Message,
  Part,
  ReasoningPart,
  Referable,
  Replay,
  SystemMessage,
  TextPart,
  ToolCallPart,
  ToolMessage,
  ToolResultInput,
  ResultPiece,
  ToolResultPart,
  TurnMessage,
  UnreadContent,
  UserMessage,
  UserPart,
  UserTurn,
  UserTurnPart,
  VendorCallKind,
  VendorCallPart,
  VendorPart,
  VendorResultInput,
  VendorResultPart,
} from './types/messages.ts';

// Chat: request, response and events
export type { ChatModel, ChatStream } from './types/majordomo.ts';
export type { CacheLifetime, CachePlan, ChatRequest, Effort } from './types/request.ts';
export type { ServiceTier, ToolCaller, ToolChoice, ToolSpec } from './types/request.ts';
export type {
  ChatResponse,
  FinishReason,
  ModelEvent,
  PartHead,
  RateLimitBucket,
  StopDetails,
  StreamEvent,
  TokenLogprob,
  VendorFacts,
  Warning,
} from './types/response.ts';
export { sumUsage } from './stream/usage.ts';
export type { Usage, UsageDetails } from './types/usage.ts';

// Typed objects and schemas
export { checkValue, describeIssues, jsonSchema, type CheckResult } from './schema/to-json-schema.ts';
export type {
  DeepPartial,
  JsonSchemaRequest,
  ObjectResponse,
  ObjectStream,
  TypedRequest,
} from './types/majordomo.ts';
export type { JsonObject, JsonSchema, JsonSchemaOptions, JsonValue, ObjectSchema } from './types/schema.ts';
export type { SchemaIssue, SchemaResult, StandardJsonSchema, StandardSchema } from './types/schema.ts';

// Other operations
export type { ImageModel, ImageRequest, ImageResponse, ImageStreamEvent } from './types/operations.ts';
export type { EmbeddingModel, EmbeddingRequest, EmbeddingResponse } from './types/operations.ts';
export type { TranscriptionModel, TranscriptionRequest, TranscriptionResponse } from './types/operations.ts';
export type { OperationResponse, TranscriptSegment, TranscriptStreamEvent } from './types/operations.ts';
export type { SpeechModel, SpeechRequest, SpeechResponse } from './types/operations.ts';
export type { RerankModel, RerankRequest, RerankResponse, RerankResult } from './types/operations.ts';
export type { ModerationModel, ModerationRequest } from './types/operations.ts';
export type { ModerationResponse, ModerationResult } from './types/operations.ts';
export type { ClassificationModel, ClassificationRequest } from './types/operations.ts';
export type { ClassificationResponse } from './types/operations.ts';
export type { Question, Questions } from './types/classification.ts';
export type { AnswerFacts, AnswerOf, ChoiceAnswer, PredicateAnswer } from './types/classification.ts';
export type { Basis, Calibration, CalibrationCurve, ScoreAnswer } from './types/classification.ts';

// Calls and errors
export type { CallEvent, CallInfo, CallOptions, ChainOptions, RawResponse } from './types/call-options.ts';
export type {
  Decision,
  OperationType,
  PolicyOverrides,
  TargetOrder,
  Timeouts,
} from './types/call-options.ts';
export { LlmError, type ErrorDetails, type ErrorIssue, type ErrorKind } from './types/llm-error.ts';
export type { Attempt, Billing, PartialResponse, Recovery } from './types/llm-error.ts';
export { messageOf } from './errors/error-kind.ts';
export { truncateText } from './util/bytes.ts';

// Providers
export type {
  BackgroundBackend,
  JobBackend,
  JobEventFacts,
  JobLook,
  VideoBackend,
  VideoEnd,
} from './types/background.ts';
export type { VideoFacts, VideoRequest } from './types/operations.ts';
export type { BatchBackend, BatchContext, BatchLimits, BatchLine, BatchLook } from './types/batch.ts';
export type { BatchSearch, FoundBatch, NewBatch } from './types/batch.ts';
export type { FileBackend, FileOwner, FileReferences, NewFile } from './types/files.ts';
export type { ModelCache, ModelOutput, ModelRequest, ModelTool } from './types/request.ts';
export type { SpeechStep } from './types/operations.ts';
export type {
  Capabilities,
  ClassificationBackend,
  Credential,
  DataHandling,
  Distributions,
  Dsn,
  EmbeddingBackend,
  Env,
  FileLimits,
  ImageBackend,
  ImageLimits,
  Model,
  ModelContext,
  ModelInfo,
  ModerationBackend,
  Provider,
  ProviderOptions,
  RerankBackend,
  SpeechBackend,
  TranscriptionBackend,
} from './types/provider.ts';
