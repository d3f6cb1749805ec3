/**
 * Functions that the packages of this repository share: checks of options, JSON, errors, requests and stores. A minor version may
 * change them: a package outside of this repository that imports them depends on an exact version.
 * @module
 */
// Checks of values and options
export {
  anyObject,
  anything,
  atLeast,
  bytes,
  checked,
  expected,
  filledText,
  flag,
  func,
  integer,
  list,
  matching,
  nullable,
  number,
  object,
  oneOf,
  open,
  openOptions,
  problem,
  problemIn,
  record,
  sizedText,
  tagged,
  text,
  textOr,
  where,
} from './util/checks.ts';
export type { Check, Members, Problem, TypeOf } from './util/checks.ts';
export { didYouMean, nearestName } from './util/did-you-mean.ts';
export { CALL_KINDS } from './client/check-options.ts';
export { checkNumber, checkOptions, configError, definedMembers, mergeTimeouts } from './util/options.ts';
export { ofKind, rejectUnknownOptions, TIMEOUT_KINDS } from './util/options.ts';
export type { Kind, Kinds, KindsOf } from './util/options.ts';
export { checkInteger, validate as validateRequest } from './prepare/validate.ts';
export { validateVideo } from './operations/video.ts';
export { declaredData, NO_ENV } from './resolve/registry.ts';

// Listeners, promises and signals
export {
  abortable,
  derivedSignal,
  invoke,
  mapValue,
  runInside,
  Semaphore,
  SharedWork,
  withTimeout,
} from './util/async.ts';
export { notify } from './util/listeners.ts';
export { changeMessage, watchChanges, type ChangeChannel } from './util/watch-changes.ts';

// Errors and redaction
export { withDetails } from './types/llm-error.ts';
export { restoredAttempt, restoredError, storedAttempt, storedError } from './json/stored-error.ts';
export type { StoredAttempt, StoredError } from './json/stored-error.ts';
export { denialError } from './gates/denial-error.ts';
export { withUsage } from './operations/single-response.ts';
export { exhaustedError } from './call/no-target-left.ts';
export { RecoveryMemory } from './call/recovery-memory.ts';
export {
  abortedError,
  asLlmError,
  isTransientFailure,
  kindOf,
  kindOfStatus,
  type WireFailure,
} from './errors/error-kind.ts';
export { ERROR_POLICY } from './errors/policy.ts';
export { isNotConnected } from './errors/not-connected.ts';
export { callSite, copyWithCallSite, rejectWithCallSite, type CallSite } from './errors/call-site.ts';
export { redact, redactCause, redactValues, secretForms, secretSpans, type Span } from './errors/redact.ts';

// Values, JSON and schemas
export { asList, asNumber, asRecord, asText, isList, isPlain, isRecord } from './util/values.ts';
export { addNewest, setNewest } from './util/set-newest.ts';
export { nanoUsdOf } from './util/money.ts';
export { seededRandom } from './util/random.ts';
export { newUuid } from './util/uuid.ts';
export { isIsoDay, isTooDeep, MAX_DEPTH, tryParseJson } from './util/values.ts';
export { checkJsonSize, checkNestedJson, JsonSizeCheck, MAX_ELEMENTS } from './json/check-size.ts';
export { parseArguments, type ParsedArguments } from './json/arguments.ts';
export { resolveReference } from './schema/references.ts';
export { objectRoot, type OutputRoot, readObject, toJsonSchema } from './schema/to-json-schema.ts';
export { schemaMismatchError, unfinishedError } from './operations/object-errors.ts';
export { generateObject as generateTyped, ObjectRun } from './operations/typed-objects.ts';
export type { TypedCalls } from './operations/object-rounds.ts';

// Bytes, hashes and media types
export { canonicalJson, hashOf } from './json/codec.ts';
export { hash128 } from './util/bytes.ts';
export { readJsonText } from './http/read-json.ts';
export { ByteCollector, concatBytes, fnv1a, fromBase64, isFragmented, toBase64 } from './util/bytes.ts';
export { sha256 } from './util/bytes.ts';
export { isLoopback } from './util/loopback.ts';
export { sniffAudio, sniffMediaType } from './util/media-type.ts';
export { asLanguage } from './operations/transcription.ts';

// Escaped strings for stores; titles, excerpts and search of conversations
export { fromStoredText, storableMs, toStoredText } from './util/store-text.ts';
export { contentInPieces, type ContentInPieces, type PieceStatements } from './util/pieces.ts';
export { recordFromText, recordToText, unstorableRecord } from './json/record-text.ts';
export { excerptOf, textOf, titleFrom, titleOf, unaccented, UNSPACED, wordsOf } from './util/store-text.ts';

// Images, documents and audio
export { bytesOfBlob, contentOf, contentSize, eachChunk } from './prepare/contents.ts';
export { newSha256, type ChunkHash } from './prepare/contents.ts';
export { builtinModule } from './util/builtin-module.ts';
export { contentsIn, hasContents, withContents, type ContentPart } from './util/content.ts';

// Streams
export { EventStream } from './stream/pulled-stream.ts';
export { Accumulator, partialOf, responseEvents } from './stream/accumulator.ts';
export { PulledStream, type Ending, type Source } from './stream/pulled-stream.ts';
export { distinctWarnings, eventOrderError } from './stream/events.ts';
export { completeUsage, UNKNOWN_USAGE } from './stream/usage.ts';
export { copyText, SseDecoder } from './stream/sse-decoder.ts';
export { jsonLine, SSE_HEARTBEAT, sseEvent } from './stream/sse-event.ts';

// Requests for a target
export { asToolCall, asToolResult, resultsOfTurn, withResultContent } from './util/vendor-tool.ts';
export { vendorKindOf, vendorToolName } from './util/vendor-tool.ts';
export type { AnsweredCall } from './util/vendor-tool.ts';
export { vendorCallText, vendorResultParts, vendorResultPieces } from './prepare/vendor-calls.ts';
export { checkCache } from './prepare/cache.ts';
export { firstLoads, toolsToSend } from './prepare/tools.ts';
export { withOutputInstruction } from './prepare/output.ts';
export { EFFORTS, RARE_SETTINGS, OPTIONAL_SETTINGS } from './prepare/settings.ts';
export type { OptionalSetting } from './prepare/settings.ts';

// Classification
export { applyCurve, MIN_PROBABILITY, optionCount, questionHash } from './operations/calibration.ts';
export { LABEL_TOKENS, statedTokens } from './operations/calibration.ts';
export { answerError, refusedQuestionError } from './operations/answer-errors.ts';
export { checkQuestions } from './operations/check-questions.ts';
export { fitRequest, type FitOptions, type FittedRequest } from './prepare/fit-request.ts';

// Replay tokens
export { chatReasoningFamily, CLAUDE_FAMILY, converseFamily } from './prepare/replay.ts';
export { geminiFamily, hasSameValues, messageValues, responsesFamily } from './prepare/replay.ts';

// State that several processes share
export { sharedLanes, type LaneReservations, type SharedLanesOptions } from './gates/store-lanes.ts';
export { whyNodeTooOld } from './util/node-version.ts';
export { HealthTracker } from './health/tracker.ts';
export { HealthSharing, type HealthBus } from './health/health-sharing.ts';

// Sums over time
export { addStep, quantile, stepOf, timesIn, type Histogram } from './util/time.ts';
