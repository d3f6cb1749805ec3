import type { FormatFailure } from '../wire.ts';
import type { Refusal } from '../errors/refusal.ts';
import { retryHeaders, STATUS } from '../errors/status.ts';

/** Returns the response to a refusal in the format of the client's wire. */
export function refusalResponse(refusal: Refusal, failure: FormatFailure): Response {
  const allow = refusal.allow === undefined ? {} : { allow: refusal.allow };
  const headers = { ...retryHeaders(refusal), ...allow };
  return Response.json(failure(refusal), { status: STATUS[refusal.kind], headers });
}
