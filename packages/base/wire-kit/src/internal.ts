/**
 * Functions that the packages of this repository share. A minor version may change them: a package outside of this repository that
 * imports them depends on an exact version.
 * @module
 */
export {
  batchId,
  batchLines,
  batchRequest,
  type BatchRequests,
  type FileBatchRequests,
  ignoreGone,
  isGone,
  lazyBatch,
  lazyFileBatch,
} from './batch.ts';
export { boundedEvents } from './bounded-events.ts';
export { checkReceivedJson } from './bounded-json.ts';
export { withoutFinalSlashes } from './connection-error.ts';
export { reasonOf } from './errors.ts';
export { type Address, type Resolve, resolveHost, systemResolve } from './hosts/resolve-host.ts';
export {
  captureResponse,
  fetchAt,
  FILE_TYPE,
  isSecretHeader,
  redirectError,
  secretsOfClient,
} from './http.ts';
export { bytesOfBase64, generatedAudio, generatedImage } from './media.ts';
export { hasMembers, sentMembers, withoutKeptMembers } from './kept-members.ts';
export { listenForRedirect, type Redirect, type RedirectOptions } from './loopback.ts';
export { UNTERMINATED_LINE } from './ndjson.ts';
export { type RateLimitBucket, type RateLimits, type RateLimitWatch, rateLimitWatch } from './rate-limits.ts';
export { recoveryFor, type RecoveryRule, rejectionRecovery } from './recovery-rules.ts';
export { cacheLifetime } from './request-settings.ts';
export { otherMembers, servedBy } from './response-facts.ts';
export { type ProgramIds, settlePrograms } from './programs.ts';
export { dataAt, dataOf } from './data.ts';
export { sessionCall } from './session-call.ts';
export { quirksFromParams, type QuirkValues, spaceOf } from './settings.ts';
export {
  dataUrl,
  hasMedia,
  joinTexts,
  resultText,
  withErrorPrefix,
  withTextResults,
} from './tool-results.ts';
export { isForPrograms, WITHOUT_PROGRAMS, WITHOUT_TOOL_LOADING } from './tools.ts';
export {
  type RequestMessageCache,
  stringifyList,
  unchangedId,
  WireMessageCache,
  withAssistantParts,
} from './transcript.ts';
export {
  asVector,
  asVectors,
  definedMembers,
  parseJson,
  positiveCounts,
  type RawCitation,
  toCitation,
  tokenLogprobs,
} from './values.ts';
export { accountName, type FileFailure, fileName, goneFilesRecovery } from './files.ts';
export { uploadForm } from './upload-form.ts';
export { readVideoRef, videoRef, videoUsage } from './videos.ts';
