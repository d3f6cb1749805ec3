export { lanes } from './chain/lanes.ts';
export { createMajordomo } from './client/create.ts';
export { fromJson, toJson } from './json/codec.ts';
export { checkValue, describeIssues, type Checked } from './schema/check-value.ts';

// errors
export type { ErrorKind } from './error/kind.ts';
export { LlmError, type ErrorDetails, type ErrorIssue, type Recovery } from './error/llm-error.ts';
export type { Decision, PolicyOverrides } from './error/policy.ts';

// parts and messages
export type { JsonObject, JsonValue } from './model/json.ts';
export {
  assistant,
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
} from './model/message.ts';
export type {
  AssistantPart,
  FilePart,
  ImagePart,
  Part,
  ReasoningPart,
  Replay,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from './model/part.ts';

// request, response, events
export type {
  ChatRequest,
  Effort,
  ModelOutput,
  ModelRequest,
  ModelTool,
  ToolChoice,
  ToolSpec,
} from './model/request.ts';
export type {
  JsonSchemaOptions,
  ObjectSchema,
  SchemaIssue,
  SchemaResult,
  StandardJsonSchema,
  StandardSchema,
} from './model/schema.ts';
export type {
  Attempt,
  ChatResponse,
  FinishReason,
  PartialResponse,
  Usage,
  UsageDetails,
  Warning,
} from './model/response.ts';
export type { ModelEvent, PartHead, StreamEvent } from './model/event.ts';
export type { ImageModel, ImageRequest, ImageResponse } from './model/image.ts';

// calls
export type { CallEvent, CallInfo, CallOptions, ChainOptions, Timeouts } from './model/call.ts';
export type { AttemptInfo, Denial, Gate, Permit } from './model/gate.ts';
export type { Health, HealthOptions, TargetHealth, Verdict } from './model/health.ts';
export type {
  ChatModel,
  ChatStream,
  DeepPartial,
  JsonSchemaRequest,
  Majordomo,
  MajordomoOptions,
  ObjectResponse,
  ObjectStream,
  Resolver,
  SpecElement,
  TypedRequest,
} from './model/majordomo.ts';
export type { Clock } from './model/clock.ts';
export type { MediaFitter } from './model/media.ts';

// for providers
export type { Capabilities, FileLimits, ImageLimits } from './model/capabilities.ts';
export type {
  Credential,
  Dsn,
  Env,
  ImageBackend,
  Model,
  ModelContext,
  ModelInfo,
  Provider,
  ProviderOptions,
} from './model/provider.ts';
