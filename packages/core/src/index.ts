export { lanes } from './gates/lanes.ts';
export { createMajordomo } from './client/create.ts';
export { checkDsn, dsnVariable } from './resolve/dsn.ts';
export { fromJson, toJson } from './json/codec.ts';
export { listeners } from './util/listeners.ts';
export { sumUsage } from './stream/usage.ts';
export { truncateText } from './util/bytes.ts';
export { messageOf } from './errors/normalize.ts';
export { systemClock } from './util/system-clock.ts';
export { jsonSchema } from './schema/to-json-schema.ts';
export { checkValue, describeIssues, type CheckResult } from './schema/to-json-schema.ts';

// errors
export type { ErrorKind } from './types/llm-error.ts';
export { LlmError, type ErrorDetails, type ErrorIssue, type Recovery } from './types/llm-error.ts';
export type { Decision, PolicyOverrides } from './types/call-options.ts';

// parts and messages
export type { JsonObject, JsonValue } from './types/schema.ts';
export {
  assistant,
  audio,
  file,
  image,
  toolResult,
  user,
  type AssistantMessage,
  type Message,
  type SystemMessage,
  type ToolMessage,
  type ToolResultInput,
  type TurnMessage,
  type UserMessage,
} from './types/messages.ts';
export type {
  AssistantPart,
  AudioPart,
  Citation,
  FilePart,
  ImagePart,
  Part,
  ReasoningPart,
  Replay,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
  VendorPart,
} from './types/messages.ts';

// request, response, events
export type {
  ChatRequest,
  Effort,
  ServiceTier,
  ModelOutput,
  ModelRequest,
  ModelTool,
  ToolChoice,
  ToolSpec,
} from './types/request.ts';
export type {
  JsonSchema,
  JsonSchemaOptions,
  ObjectSchema,
  SchemaIssue,
  SchemaResult,
  StandardJsonSchema,
  StandardSchema,
} from './types/schema.ts';
export type { Attempt, Billing, PartialResponse } from './types/llm-error.ts';
export type { ChatResponse, FinishReason, StopDetails, TokenLogprob, Warning } from './types/response.ts';
export type { Usage, UsageDetails } from './types/usage.ts';
export type { ModelEvent, PartHead, StreamEvent } from './types/events.ts';
export type { ImageModel, ImageRequest, ImageResponse } from './types/operations.ts';

export type { EmbeddingModel, EmbeddingRequest, EmbeddingResponse } from './types/operations.ts';
export type {
  TranscriptionModel,
  TranscriptionRequest,
  TranscriptionResponse,
  TranscriptSegment,
} from './types/operations.ts';
export type { SpeechModel, SpeechRequest, SpeechResponse } from './types/operations.ts';

// calls
export type {
  CallEvent,
  CallInfo,
  CallOptions,
  ChainOptions,
  OperationType,
  Timeouts,
  WaitUntil,
} from './types/call-options.ts';
export type { AttemptInfo, Denial, Gate, Permit } from './types/gate.ts';
export type { Health, HealthOptions, TargetHealth, Verdict } from './types/health.ts';
export type {
  ChatModel,
  ChatStream,
  DeepPartial,
  JsonSchemaRequest,
  Majordomo,
  MajordomoOptions,
  NamedSpec,
  ObjectResponse,
  ObjectStream,
  ResolvedTarget,
  ResolveOptions,
  Resolver,
  SpecElement,
  TargetSettings,
  TypedRequest,
} from './types/majordomo.ts';
export type { Clock } from './types/call-options.ts';
export type { MediaFitter } from './types/provider.ts';

// for providers
export type { SpeechStep } from './types/operations.ts';
export type { Capabilities, FileLimits, ImageLimits } from './types/provider.ts';
export type {
  Credential,
  Dsn,
  EmbeddingBackend,
  Env,
  ImageBackend,
  Model,
  ModelContext,
  ModelInfo,
  Provider,
  ProviderOptions,
  SpeechBackend,
  TranscriptionBackend,
} from './types/provider.ts';
