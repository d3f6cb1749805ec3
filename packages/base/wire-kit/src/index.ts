/**
 * Building blocks for authors of providers.
 * @module
 */
export {
  asList,
  asNumber,
  asRecord,
  asText,
  isRecord,
  tryParseJson,
  kindOf,
  kindOfStatus,
  fromBase64,
  toBase64,
} from '@majordomo/core/toolkit';
export type { WireFailure } from '@majordomo/core/toolkit';
export { collectBody, limitBody } from './bounded-body.ts';
export { boundedJson } from './bounded-json.ts';
export { clientSource, type ClientSourceInit, type NewClient } from './client-source.ts';
export { checkClient, checkModelId, clientCache, type ClientCache } from './clients.ts';
export { serverAddress, type ServerAddress } from './connection-error.ts';
export { type CredentialSource, credentialSource } from './credentials.ts';
export {
  driftError,
  type ErrorContext,
  plainTextOf,
  transportError,
  truncateBody,
  wireError,
  type WireErrorInit,
} from './errors.ts';
export { EventWriter, isGeneratedCallId, type ToolCallDelta } from './event-writer.ts';
export { type BodyDecoder, type Framing, type OnMessage, SSE, sseMessages } from './framing.ts';
export { directFetch, lowerCaseNames, patientFetch, secretsIn, withKnownHeaders } from './http.ts';
export { NDJSON, NdjsonDecoder, ndjsonLines, type NdjsonOptions } from './ndjson.ts';
export { baseURLFromEnv, checkBaseURL, checkProviderOptions, type ExtraOptions } from './options.ts';
export { nearestEffort, unsentCacheWarnings, unsentSettingWarnings } from './request-settings.ts';
export { type HeaderReader, retryAfterMs } from './retry-after.ts';
export { type Connect, type Connected, ServerSession } from './server-session.ts';
export { type SdkCall, sdkStream, type WireReader } from './sdk-stream.ts';
export { billingOf, extraFor, jsonText } from './settings.ts';
export { objectRoot, type ObjectRoot, sanitizeToolName } from './tools.ts';
export { toolIdMapper, type ToolIdRule, wellFormedJson, wellFormedStrings } from './transcript.ts';
export { OnceWarnings } from './once-warnings.ts';
