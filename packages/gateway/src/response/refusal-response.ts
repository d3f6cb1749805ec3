import type { FormatFailure } from '../wire.ts';
import { refusalOf } from '../errors/refusal-of.ts';
import { retryHeaders, STATUS } from '../errors/status.ts';

/** Returns the response to a thrown value in the format of the client's wire. */
export function refusalResponse(error: unknown, failure: FormatFailure): Response {
  const refusal = refusalOf(error);
  const allow = refusal.allow === undefined ? {} : { allow: refusal.allow };
  const headers = { ...retryHeaders(refusal), ...allow };
  return Response.json(failure(refusal), { status: STATUS[refusal.kind], headers });
}
