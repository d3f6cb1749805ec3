import { LlmError } from '@majordomo/core';
import { unfit } from '../refuse.ts';
import { inspectRecording, type RecordingFacts } from './inspect-recording.ts';

/** Limits of a model for one recording, as vendors publish them. An unset limit does not apply. */
export interface RecordingLimits {
  /** Maximum size in bytes, before base64 encoding. */
  readonly maxBytes?: number | undefined;
  readonly maxDurationMs?: number | undefined;
  /** Accepted media types, in the form that `inspectRecording` returns. */
  readonly mediaTypes?: readonly string[] | undefined;
}

/**
 * Checks a recording before it is uploaded. Rejects with `unsupported` (code `too-large`) above a limit, `unsupported` (code
 * `media-type`) for a type that is not accepted, and `invalid-request` for bytes that are not a recording. A recording of unknown
 * duration is accepted. Needs the package `music-metadata`.
 *
 * @example await checkRecording(part, { maxBytes: 25e6, maxDurationMs: 1_400_000 })
 */
export async function checkRecording(
  { bytes, name = 'the file' }: { readonly bytes: Uint8Array; readonly name?: string | undefined },
  limits: RecordingLimits = {},
): Promise<RecordingFacts> {
  const facts = await inspectRecording(bytes);
  if (facts === undefined)
    throw new LlmError(
      'invalid-request',
      `${name} (${bytes.length} bytes) is not a recording of a known format`,
      {
        code: 'broken-file',
      },
    );
  const { maxBytes = Infinity, maxDurationMs = Infinity, mediaTypes } = limits;
  if (mediaTypes?.includes(facts.mediaType) === false)
    throw new LlmError('unsupported', `${name} is ${facts.mediaType}; use ${mediaTypes.join(', ')}`, {
      code: 'media-type',
    });
  if (bytes.length > maxBytes) throw unfit(`${name} has ${bytes.length} bytes; the limit is ${maxBytes}`);
  if ((facts.durationMs ?? 0) > maxDurationMs)
    throw unfit(`${name} lasts ${seconds(facts.durationMs)}; the limit is ${seconds(maxDurationMs)}`);
  return facts;
}

const seconds = (ms = 0): string => `${Math.round(ms / 100) / 10} s`;
