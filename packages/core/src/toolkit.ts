export { kindOf, kindOfStatus, type WireFailure } from './error/classify.ts';
export { resetMs, retryAfterMs, waitInWords, type HeaderReader } from './error/retry-after.ts';
export { callSite, failingAt, type CallSite } from './error/call-site.ts';
export { recalledAt } from './error/recalled-at.ts';
export { cleanCause } from './error/cause.ts';
export { redact, redactKnown, secretForms, secretSpans, type Span } from './error/secret.ts';
export { isTooDeep, MOST_LEVELS } from './json/depth.ts';
export { parseArguments, type ParsedArguments } from './json/arguments.ts';
export { joinedBytes } from './bytes/joined-bytes.ts';
export { fromBase64, toBase64 } from './bytes/base64.ts';
export {
  chatReasoningFamily,
  CLAUDE_FAMILY,
  converseFamily,
  currentFamily,
  geminiFamily,
  responsesFamily,
} from './prepare/families.ts';
export { mergeTimeouts } from './merge-timeouts.ts';
export type { BodyDecoder, Framing, OnMessage } from './stream/sse.ts';
export { ownText, SSE, sse, SseDecoder } from './stream/sse.ts';
export { sniffMediaType } from './bytes/sniff.ts';
export { EventStream } from './client/event-stream.ts';
export { PulledStream, type Ending, type Source } from './stream/pulled-stream.ts';
export { toJsonSchema } from './schema/to-json-schema.ts';
export { readObject } from './schema/read-object.ts';
export { abortable } from './abortable.ts';
export { tell } from './observe/tell.ts';
export { answerOf, whenThere } from './when-there.ts';
export { isMadeUpCallId, madeUpCallId } from './stream/call-id.ts';
export { checkOrder } from './stream/check.ts';
export { partialOf } from './stream/partial-of.ts';
export { nearestEffort } from './prepare/effort.ts';
export { EFFORTS } from './prepare/efforts.ts';
export { withOutputRule } from './prepare/output.ts';
export { TIMEOUTS, type Kind, type Kinds, type KindsOf } from './check-kinds.ts';
export { checkNumber } from './check-number.ts';
export { OPTIONAL_SETTINGS, unsentSettings, type OptionalSetting } from './prepare/unsent.ts';
export { checkWholeNumber } from './prepare/whole-number.ts';
export { asLanguage } from './language.ts';
export { sniffAudio } from './operations/audio/sniff-audio.ts';
export { checkBounded, checkOptions } from './check-options.ts';
export { didYouMean, nearest } from './resolve/did-you-mean.ts';
export { asList, asNumber, asRecord, asText, isList, isRecord } from './json/unknown.ts';
export { Accumulator } from './stream/accumulate.ts';
export { fnv1a } from './bytes/fnv.ts';
export { holdsBytes } from './contract/message.ts';
export { isUnchanged, valuesOf } from './contract/unchanged.ts';
export { NO_ENV } from './resolve/no-env.ts';
export { Scribe, type ToolCallDelta } from './stream/event-writer.ts';
export { isObject } from './check-kinds.ts';
export { ownSignal } from './own-signal.ts';
