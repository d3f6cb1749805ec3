export { tryParseJson } from '@majordomo/core/toolkit';
export {
  batchId,
  batchLines,
  batchRequest,
  ignoreGone,
  isGone,
  lazyBatch,
  lazyFileBatch,
  type BatchRequests,
  type FileBatchRequests,
} from './batch.ts';
export { limitBody, collectBody } from './bounded-body.ts';
export { boundedEvents } from './bounded-events.ts';
export { boundedJson, checkReceivedJson } from './bounded-json.ts';
export { clientSource, type ClientSourceInit, type NewClient } from './client-source.ts';
export { checkClient, checkModelId, clientCache, type ClientCache } from './clients.ts';
export { serverAddress, type ServerAddress } from './connection-error.ts';
export { type CredentialSource, credentialSource } from './credentials.ts';
export {
  plainTextOf,
  type ErrorContext,
  driftError,
  reasonOf,
  truncateBody,
  transportError,
  wireError,
  type WireErrorInit,
} from './errors.ts';
export { EventWriter, isGeneratedCallId, type ToolCallDelta } from './event-writer.ts';
export { SSE, sseMessages, type BodyDecoder, type Framing, type OnMessage } from './framing.ts';
export { isPublicAddress } from './hosts/public-address.ts';
export { resolveHost, systemResolve, type Address, type Resolve } from './hosts/resolve-host.ts';
export {
  captureResponse,
  directFetch,
  fetchAt,
  FILE_TYPE,
  isSecretHeader,
  lowerCaseNames,
  patientFetch,
  redirectError,
  secretsIn,
  secretsOfClient,
  withKnownHeaders,
} from './http.ts';
export { bytesOfBase64, generatedAudio, generatedImage } from './media.ts';
export { hasMembers, sentMembers, withoutKeptMembers } from './kept-members.ts';
export { listenForRedirect, type Redirect, type RedirectOptions } from './loopback.ts';
export { ndjsonLines, NDJSON, NdjsonDecoder, type NdjsonOptions, UNTERMINATED_LINE } from './ndjson.ts';
export { baseURLFromEnv, checkBaseURL, checkProviderOptions, type ExtraOptions } from './options.ts';
export { type RateLimitBucket, type RateLimits, type RateLimitWatch, rateLimitWatch } from './rate-limits.ts';
export {
  cacheLifetime,
  nearestEffort,
  unsentCacheWarnings,
  unsentSettingWarnings,
} from './request-settings.ts';
export { otherMembers, servedBy } from './response-facts.ts';
export { retryAfterMs, type HeaderReader } from './retry-after.ts';
export { settlePrograms, type ProgramIds } from './programs.ts';
export { ServerSession, type Connect, type Connected } from './server-session.ts';
export { sdkStream, type SdkCall, type WireReader } from './sdk-stream.ts';
export { dataAt, dataOf, isLoopback } from './data.ts';
export { extraFor, jsonText, billingOf, quirksFromParams, type QuirkValues, spaceOf } from './settings.ts';
export {
  isForPrograms,
  objectRoot,
  type ObjectRoot,
  sanitizeToolName,
  WITHOUT_PROGRAMS,
  WITHOUT_TOOL_LOADING,
} from './tools.ts';
export {
  unchangedId,
  type RequestMessageCache,
  stringifyList,
  type ToolIdRule,
  toolIdMapper,
  wellFormedJson,
  wellFormedStrings,
  WireMessageCache,
} from './transcript.ts';
export { OnceWarnings } from './once-warnings.ts';
export {
  asVector,
  asVectors,
  definedMembers,
  parseJson,
  positiveCounts,
  toCitation,
  tokenLogprobs,
  type RawCitation,
} from './values.ts';
export { accountName, fileName, goneFilesRecovery, type FileFailure } from './files.ts';
export { uploadForm } from './upload-form.ts';
export { readVideoRef, videoRef, videoUsage } from './videos.ts';
