export { keepWarm, unused } from './keep-warm.ts';
export { kindOf, kindOfStatus, type WireFailure } from './error/classify.ts';
export { resetMs, retryAfterMs, type HeaderReader } from './error/retry-after.ts';
export { cleanCause } from './error/cause.ts';
export { redact, secretForms, secretSpans, type Span } from './error/secret.ts';
export { parseArguments, type ParsedArguments } from './json/arguments.ts';
export { fromBase64, toBase64 } from './json/base64.ts';
export { clientCache, type ClientCache } from './provider/client-cache.ts';
export { credentialSource, type CredentialSource } from './provider/credential.ts';
export {
  chatReasoningFamily,
  CLAUDE_FAMILY,
  converseFamily,
  geminiFamily,
  responsesFamily,
} from './provider/families.ts';
export { lowerCased, secretsIn, secretsOfClient } from './provider/headers.ts';
export type { BodyDecoder, Framing, OnMessage } from './provider/framing.ts';
export {
  LONGEST_LINE,
  NDJSON,
  ndjson,
  NdjsonDecoder,
  UNTERMINATED,
  type NdjsonOptions,
} from './provider/ndjson.ts';
export { keepJson, listJson, wellFormed } from './provider/kept-json.ts';
export { patientFetch } from './provider/patient-fetch.ts';
export {
  rateLimitWatch,
  type RateLimitBucket,
  type RateLimits,
  type RateLimitWatch,
} from './provider/rate-limits.ts';
export { sameHeaders } from './provider/same-headers.ts';
export { sdkStream, type SdkCall } from './provider/sdk-stream.ts';
export { SSE, sse, SseDecoder } from './provider/sse.ts';
export { sniffMediaType } from './provider/sniff.ts';
export { asGiven, toolIds, type ToolIdRule } from './provider/tool-ids.ts';
export { reasonOf, transportError, wireError, type WireErrorFacts } from './provider/wire-error.ts';
export { WireForms, type KnownForms } from './provider/wire-forms.ts';
export type { WireReader } from './provider/wire-reader.ts';
export { Scribe, type ToolCallDelta } from './stream/scribe.ts';
export { checkOrder } from './stream/check.ts';
export { GRAMMAR_SCHEMA, PLAIN_SCHEMA, TYPED_SCHEMA, type SchemaDialect } from './schema/dialects/dialect.ts';
export { sanitizeSchema, type SanitizedSchema } from './schema/dialects/sanitize.ts';
