export {
  Scribe,
  SSE,
  sse,
  SseDecoder,
  type BodyDecoder,
  type Framing,
  type OnMessage,
  type ToolCallDelta,
} from '@majordomo/core/toolkit';
export { boundedBody, collectedBody, LARGEST_BODY } from './bounded-body.ts';
export { checkedClient, checkModelId, clientCache, type ClientCache } from './clients.ts';
export { type CredentialSource, credentialSource } from './credentials.ts';
export {
  bareText,
  type CallFacts,
  drifted,
  reasonOf,
  shortBody,
  transportError,
  wireError,
  type WireErrorFacts,
} from './errors.ts';
export {
  capturedResponse,
  directFetch,
  isSecretHeader,
  lowerCased,
  patientFetch,
  redirected,
  secretsIn,
  secretsOfClient,
  withKnownHeaders,
} from './http.ts';
export { LONGEST_LINE, ndjson, NDJSON, NdjsonDecoder, type NdjsonOptions, UNTERMINATED } from './ndjson.ts';
export { checkBaseURL, checkProviderOptions, type OwnOptions } from './options.ts';
export { type RateLimitBucket, type RateLimits, type RateLimitWatch, rateLimitWatch } from './rate-limits.ts';
export {
  GRAMMAR_SCHEMA,
  PLAIN_SCHEMA,
  type SanitizedSchema,
  sanitizeSchema,
  type SchemaDialect,
  TYPED_SCHEMA,
} from './schema-dialects.ts';
export { sdkStream, type SdkCall, type WireReader } from './sdk-stream.ts';
export { extraFor, jsonText, paidTo, quirksFromParams, type QuirkWords, spaceOf } from './settings.ts';
export { callName, objectRoot, type ObjectRoot } from './tools.ts';
export {
  asGiven,
  keepJson,
  type KnownForms,
  listJson,
  type ToolIdRule,
  toolIds,
  wellFormed,
  wellFormedStrings,
  WireForms,
} from './transcript.ts';
export { asVector, asVectors, tokenLogprobs } from './values.ts';
