import { LlmError } from '@majordomo/core';
import { unfit } from '../refuse.ts';
import type { RecordingFacts } from './facts.ts';
import { inspectRecording } from './inspect-recording.ts';

/** What a model takes of one recording; vendors name these on their pages. */
export interface RecordingLimits {
  /** Bytes, before base64. */
  readonly maxBytes?: number | undefined;
  readonly maxDurationMs?: number | undefined;
  /** As `inspectRecording` says them. */
  readonly mediaTypes?: readonly string[] | undefined;
}

/**
 * Checks sound or film before it is uploaded: `unsupported` (code `too-large`) above a limit, (code `media-type`) for a type
 * that is not taken, `invalid-request` for what is no recording. A duration that the file does not say is not refused.
 *
 * @example checkRecording(part, { maxBytes: 25e6, maxDurationMs: 1_400_000 })
 */
export function checkRecording(
  { bytes, name = 'a recording' }: { readonly bytes: Uint8Array; readonly name?: string | undefined },
  limits: RecordingLimits = {},
): RecordingFacts {
  const facts = inspectRecording(bytes);
  if (facts === undefined)
    throw new LlmError(
      'invalid-request',
      `${name} of ${bytes.length} bytes is no recording of a known format`,
      {
        code: 'broken-file',
      },
    );
  const { maxBytes = Infinity, maxDurationMs = Infinity, mediaTypes } = limits;
  if (mediaTypes?.includes(facts.mediaType) === false)
    throw new LlmError('unsupported', `${name} is ${facts.mediaType}, not ${mediaTypes.join(', ')}`, {
      code: 'media-type',
    });
  if (bytes.length > maxBytes) throw unfit(`${name} has ${bytes.length} bytes, the limit is ${maxBytes}`);
  if ((facts.durationMs ?? 0) > maxDurationMs)
    throw unfit(`${name} lasts ${seconds(facts.durationMs)}, the limit is ${seconds(maxDurationMs)}`);
  return facts;
}

const seconds = (ms = 0): string => `${Math.round(ms / 100) / 10} s`;
