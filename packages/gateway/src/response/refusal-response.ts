import type { Wire } from '../wire.ts';
import { refusalOf } from '../errors/refusal-of.ts';
import { retryHeaders, STATUS } from '../errors/status.ts';

/** Anything that was thrown, as an answer in the client's own wire. */
export function refusalResponse(error: unknown, failure: Wire['failure']): Response {
  const refusal = refusalOf(error);
  const allow = refusal.allow === undefined ? {} : { allow: refusal.allow };
  const headers = { ...retryHeaders(refusal), ...allow };
  return Response.json(failure(refusal), { status: STATUS[refusal.kind], headers });
}
