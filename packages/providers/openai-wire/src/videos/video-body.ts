import { asRecord } from '@majordomo/core/toolkit';
import { inBandError } from '../failure/in-band-error.ts';

/** Returns the body of a response. Throws the error that a server has sent with the status 200 in place of a video's state. */
export function videoBody(
  json: unknown,
  target: string,
  secrets: readonly string[],
): Readonly<Record<string, unknown>> {
  const body = asRecord(json);
  const { status, error = null } = body;
  if (status === undefined && error !== null) throw inBandError(body, target, secrets);
  return body;
}
