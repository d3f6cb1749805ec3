import type { ChatRequest } from '@majordomo/core';
import type { RecordedCall } from '../traffic/answer.ts';
import type { Candidate } from './definition.ts';

/** Returns the request for the candidate, or `undefined` if the candidate does not apply to it. */
export function candidateRequest(candidate: Candidate, call: RecordedCall): ChatRequest | undefined {
  const request = replayedRequest(call);
  return candidate.change === undefined ? request : candidate.change(request, call);
}

/** Returns the recorded request without the members that concern only the recorded call. */
export function replayedRequest({ request }: RecordedCall): ChatRequest {
  const { endUser: _user, serviceTier: _tier, cache, ...rest } = request;
  if (typeof cache !== 'object') return { ...rest, cache };
  const { key: _key, ...plan } = cache;
  return { ...rest, cache: plan };
}

/** Returns the chain of the candidate, by default the recorded one, or `undefined` if the traffic does not name it. */
export const candidateSpec = (candidate: Candidate, call: RecordedCall): string | undefined =>
  candidate.spec ?? call.name;
