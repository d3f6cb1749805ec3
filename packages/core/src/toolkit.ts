export { kindOf, kindOfStatus, type WireFailure } from './errors/classify.ts';
export { resetMs, retryAfterMs, retryAfterInMessage, type HeaderReader } from './errors/retry-after.ts';
export { callSite, rejectWithCallSite, type CallSite } from './errors/call-site.ts';
export { copyWithCallSite } from './errors/call-site.ts';
export { redactCause } from './errors/redact.ts';
export { redact, redactValues, secretForms, secretSpans, type Span } from './errors/redact.ts';
export { isTooDeep, MAX_DEPTH } from './json/values.ts';
export { parseArguments, type ParsedArguments } from './json/arguments.ts';
export { concatBytes } from './util/bytes.ts';
export { fromBase64, toBase64 } from './util/bytes.ts';
export {
  chatReasoningFamily,
  CLAUDE_FAMILY,
  converseFamily,
  currentFamily,
  geminiFamily,
  responsesFamily,
} from './prepare/replay.ts';
export { mergeTimeouts } from './util/options.ts';
export type { BodyDecoder, Framing, OnMessage } from './stream/sse.ts';
export { copyText, SSE, sseMessages, SseDecoder } from './stream/sse.ts';
export { sniffMediaType } from './util/bytes.ts';
export { EventStream } from './client/event-stream.ts';
export { PulledStream, type Ending, type Source } from './stream/pulled-stream.ts';
export { toJsonSchema } from './schema/to-json-schema.ts';
export { readObject } from './schema/to-json-schema.ts';
export { abortable } from './util/async.ts';
export { notify } from './util/listeners.ts';
export { invoke, mapValue } from './util/async.ts';
export { isGeneratedCallId, generateCallId } from './stream/response-checks.ts';
export { eventOrderError } from './stream/response-checks.ts';
export { partialOf } from './stream/accumulator.ts';
export { nearestEffort } from './prepare/settings.ts';
export { EFFORTS } from './prepare/settings.ts';
export { withOutputInstruction } from './prepare/output.ts';
export { TIMEOUT_KINDS, type Kind, type Kinds, type KindsOf } from './util/check.ts';
export { checkNumber } from './util/check.ts';
export { OPTIONAL_SETTINGS, unsentSettingWarnings, type OptionalSetting } from './prepare/settings.ts';
export { checkInteger } from './prepare/validate.ts';
export { asLanguage } from './operations/transcription.ts';
export { sniffAudio } from './operations/transcription.ts';
export { checkFinite, checkOptions } from './util/check-options.ts';
export { didYouMean, nearestName } from './util/check.ts';
export { asList, asNumber, asRecord, asText, isList, isRecord } from './json/values.ts';
export { Accumulator } from './stream/accumulator.ts';
export { fnv1a } from './util/bytes.ts';
export { hasBytes } from './types/messages.ts';
export { hasSameValues, messageValues } from './prepare/replay.ts';
export { NO_ENV } from './resolve/registry.ts';
export { EventWriter, type ToolCallDelta } from './stream/event-writer.ts';
export { isObject } from './util/check.ts';
export { derivedSignal } from './util/async.ts';
