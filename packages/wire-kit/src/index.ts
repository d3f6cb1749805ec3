export {
  EventWriter,
  SSE,
  sseMessages,
  SseDecoder,
  type BodyDecoder,
  type Framing,
  type OnMessage,
  type ToolCallDelta,
} from '@majordomo/core/toolkit';
export { limitBody, collectBody, LARGEST_BODY } from './bounded-body.ts';
export { checkClient, checkModelId, clientCache, type ClientCache } from './clients.ts';
export { type CredentialSource, credentialSource } from './credentials.ts';
export {
  plainTextOf,
  type CallFacts,
  driftError,
  reasonOf,
  truncateBody,
  transportError,
  wireError,
  type WireErrorFacts,
} from './errors.ts';
export {
  captureResponse,
  directFetch,
  isSecretHeader,
  lowerCaseNames,
  patientFetch,
  redirectError,
  secretsIn,
  secretsOfClient,
  withKnownHeaders,
} from './http.ts';
export { LONGEST_LINE, ndjson, NDJSON, NdjsonDecoder, type NdjsonOptions, UNTERMINATED } from './ndjson.ts';
export { baseURLFromEnv, checkBaseURL, checkProviderOptions, type ExtraOptions } from './options.ts';
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
export { extraFor, jsonText, billingOf, quirksFromParams, type QuirkValues, spaceOf } from './settings.ts';
export { callName, objectRoot, type ObjectRoot } from './tools.ts';
export {
  unchangedId,
  cacheJson,
  type RequestForms,
  listJson,
  type ToolIdRule,
  toolIds,
  wellFormed,
  wellFormedStrings,
  WireForms,
} from './transcript.ts';
export { asVector, asVectors, tokenLogprobs } from './values.ts';
