export { kindOf, kindOfStatus, type WireFailure } from './error/classify.ts';
export { resetMs, retryAfterMs, type HeaderReader } from './error/retry-after.ts';
export { callSite, failingAt, type CallSite } from './error/call-site.ts';
export { recalledAt } from './error/recalled-at.ts';
export { cleanCause } from './error/cause.ts';
export { redact, secretForms, secretSpans, type Span } from './error/secret.ts';
export { isTooDeep } from './json/depth.ts';
export { parseArguments, type ParsedArguments } from './json/arguments.ts';
export { joinedBytes } from './bytes/joined-bytes.ts';
export { fromBase64, toBase64 } from './bytes/base64.ts';
export { clientCache, type ClientCache } from './toolkit/transport/client-cache.ts';
export { credentialSource, type CredentialSource } from './toolkit/transport/credential.ts';
export {
  chatReasoningFamily,
  CLAUDE_FAMILY,
  converseFamily,
  currentFamily,
  geminiFamily,
  responsesFamily,
} from './toolkit/transcript/families.ts';
export { mergeTimeouts } from './merge-timeouts.ts';
export { tokenLogprobs } from './toolkit/decode/logprobs.ts';
export { boundedBody, collectedBody, LARGEST_BODY } from './toolkit/transport/bounded-body.ts';
export { capturedResponse } from './toolkit/transport/captured-response.ts';
export { checkedClient } from './toolkit/transport/checked-client.ts';
export { checkModelId } from './toolkit/transport/check-model-id.ts';
export { directFetch, redirected } from './toolkit/transport/direct-fetch.ts';
export { isSecretHeader, lowerCased, secretsIn, secretsOfClient } from './toolkit/transport/headers.ts';
export type { BodyDecoder, Framing, OnMessage } from './toolkit/decode/framing.ts';
export {
  LONGEST_LINE,
  NDJSON,
  ndjson,
  NdjsonDecoder,
  UNTERMINATED,
  type NdjsonOptions,
} from './toolkit/decode/ndjson.ts';
export { keepJson, listJson, wellFormed } from './toolkit/transcript/kept-json.ts';
export { wellFormedStrings } from './toolkit/transcript/well-formed-strings.ts';
export { withKnownHeaders } from './toolkit/transport/known-headers.ts';
export { patientFetch } from './toolkit/transport/patient-fetch.ts';
export {
  rateLimitWatch,
  type RateLimitBucket,
  type RateLimits,
  type RateLimitWatch,
} from './toolkit/transport/rate-limits.ts';
export { sdkStream, type SdkCall } from './toolkit/transport/sdk-stream.ts';
export { SSE, sse, SseDecoder } from './toolkit/decode/sse.ts';
export { sniffMediaType } from './bytes/sniff.ts';
export { callName } from './toolkit/tools/call-name.ts';
export { objectRoot, type ObjectRoot } from './toolkit/tools/object-root.ts';
export { asGiven, toolIds, type ToolIdRule } from './toolkit/transcript/tool-ids.ts';
export type { CallFacts } from './toolkit/errors/call-facts.ts';
export { bareText } from './toolkit/errors/bare-text.ts';
export { drifted } from './toolkit/errors/drifted.ts';
export { shortBody } from './toolkit/errors/short-body.ts';
export { reasonOf, transportError, wireError, type WireErrorFacts } from './toolkit/errors/wire-error.ts';
export { WireForms, type KnownForms } from './toolkit/transcript/wire-forms.ts';
export type { WireReader } from './toolkit/decode/wire-reader.ts';
export { EventStream } from './client/event-stream.ts';
export { PulledStream, type Ending, type Source } from './stream/pulled-stream.ts';
export { toJsonSchema } from './schema/to-json-schema.ts';
export { readObject } from './schema/read-object.ts';
export { abortable } from './abortable.ts';
export { tell } from './observe/tell.ts';
export { answerOf, whenThere } from './when-there.ts';
export { Scribe, type ToolCallDelta } from './stream/scribe.ts';
export { isMadeUpCallId } from './stream/call-id.ts';
export { checkOrder } from './stream/check.ts';
export { partialOf } from './stream/partial-of.ts';
export { GRAMMAR_SCHEMA, PLAIN_SCHEMA, TYPED_SCHEMA, type SchemaDialect } from './schema/dialects/dialect.ts';
export { sanitizeSchema, type SanitizedSchema } from './schema/dialects/sanitize.ts';
export { nearestEffort } from './prepare/effort.ts';
export { EFFORTS } from './prepare/efforts.ts';
export { withOutputRule } from './prepare/output.ts';
export { jsonText } from './toolkit/json-text.ts';
export { TIMEOUTS, type Kind, type Kinds, type KindsOf } from './check-kinds.ts';
export { checkNumber } from './check-number.ts';
export { OPTIONAL_SETTINGS, unsentSettings, type OptionalSetting } from './prepare/unsent.ts';
export { checkWholeNumber } from './prepare/whole-number.ts';
export { spaceOf } from './toolkit/space-of.ts';
export { extraFor } from './toolkit/extra-for.ts';
export { asLanguage } from './toolkit/decode/language.ts';
export { asVector, asVectors } from './toolkit/decode/vector.ts';
export { sniffAudio } from './operations/audio/sniff-audio.ts';
export { paidTo } from './toolkit/paid-to.ts';
export {
  checkBaseURL,
  checkBounded,
  checkOptions,
  // As it was called before 1.1; providers of then ask for it.
  checkOptions as checkMembers,
  checkProviderOptions,
  type OwnOptions,
} from './toolkit/check-options.ts';
export { quirksFromParams, type QuirkWords } from './toolkit/quirks-from-params.ts';
export { didYouMean, nearest } from './resolve/did-you-mean.ts';
export { asList, asNumber, asRecord, asText, isList, isRecord } from './toolkit/decode/unknown.ts';
