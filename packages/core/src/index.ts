export { lanes } from './gates/lanes.ts';
export { createMajordomo } from './client/create.ts';
export { checkDsn, dsnVariable } from './resolve/dsn.ts';
export { fromJson, toJson } from './json/codec.ts';
export { listeners } from './observe/listeners.ts';
export { sumUsage } from './stream/sum-usage.ts';
export { cutText } from './bytes/cut-text.ts';
export { messageOf } from './error/message-of.ts';
export { systemClock } from './system-clock.ts';
export { jsonSchema } from './schema/typed-json-schema.ts';
export { checkValue, describeIssues, type Checked } from './schema/check-value.ts';

// errors
export type { ErrorKind } from './contract/error-kind.ts';
export { LlmError, type ErrorDetails, type ErrorIssue, type Recovery } from './contract/llm-error.ts';
export type { Decision, PolicyOverrides } from './contract/policy.ts';

// parts and messages
export type { JsonObject, JsonValue } from './contract/json.ts';
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
} from './contract/message.ts';
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
} from './contract/part.ts';

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
} from './contract/request.ts';
export type {
  JsonSchema,
  JsonSchemaOptions,
  ObjectSchema,
  SchemaIssue,
  SchemaResult,
  StandardJsonSchema,
  StandardSchema,
} from './contract/schema.ts';
export type { Attempt, Billing, PartialResponse } from './contract/llm-error.ts';
export type { ChatResponse, FinishReason, StopDetails, TokenLogprob, Warning } from './contract/response.ts';
export type { Usage, UsageDetails } from './contract/usage.ts';
export type { ModelEvent, PartHead, StreamEvent } from './contract/event.ts';
export type { ImageModel, ImageRequest, ImageResponse } from './contract/image.ts';

export type { EmbeddingModel, EmbeddingRequest, EmbeddingResponse } from './contract/embedding.ts';
export type {
  TranscriptionModel,
  TranscriptionRequest,
  TranscriptionResponse,
  TranscriptSegment,
} from './contract/transcription.ts';
export type { SpeechModel, SpeechRequest, SpeechResponse } from './contract/speech.ts';

// calls
export type {
  CallEvent,
  CallInfo,
  CallOptions,
  ChainOptions,
  OperationType,
  Timeouts,
  WaitUntil,
} from './contract/call.ts';
export type { AttemptInfo, Denial, Gate, Permit } from './contract/gate.ts';
export type { Health, HealthOptions, TargetHealth, Verdict } from './contract/health.ts';
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
} from './contract/majordomo.ts';
export type { Clock } from './contract/clock.ts';
export type { MediaFitter } from './contract/media.ts';

// for providers
export type { SpeechStep } from './contract/speech.ts';
export type { Capabilities, FileLimits, ImageLimits } from './contract/capabilities.ts';
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
} from './contract/provider.ts';
