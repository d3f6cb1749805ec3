import { LlmError } from '../../contract/llm-error.ts';
import { boundedBody } from './bounded-body.ts';

type Transport = typeof globalThis.fetch;

/** Bodies that are read as they come: their decoders have bounds of their own. */
const STREAMED = /^(?:text\/event-stream|application\/(?:x-ndjson|jsonl|vnd\.amazon\.eventstream))\b/i;

/**
 * The transport of a provider: it goes where it is sent and nowhere else, for a redirect would take the key, the app's
 * headers and the whole prompt along, to another origin or out of TLS. A redirect is a `protocol` error that names the
 * place. Bodies that are read whole have an end: see `boundedBody`.
 */
export function directFetch(fetch: Transport, target: string): Transport {
  return async (input, init) => {
    const answer = await fetch(input, { ...init, redirect: 'manual' });
    if (isRedirect(answer)) throw refusedRedirect(answer, target);
    const isStream = answer.ok && STREAMED.test(answer.headers.get('content-type') ?? '');
    return isStream ? answer : boundedBody(answer, target);
  };
}

/** Browsers hide all of it but that it is one. */
const isRedirect = ({ status, type, headers }: Response): boolean =>
  type === 'opaqueredirect' || (status >= 300 && status < 400 && headers.has('location'));

function refusedRedirect({ body, status, headers, url }: Response, target: string): LlmError {
  body?.cancel().catch(() => undefined);
  return redirected(headers.get('location') ?? '', url, status, target);
}

/** The error of an answer that sends on to `location`, seen from `url`; for transports other than `fetch`. */
export function redirected(location: string, url: string, status: number, target: string): LlmError {
  const place = placeOf(location, url === '' ? undefined : url);
  const message = `${target} sends on to ${place}, which was not followed: if that is right, set baseURL to it`;
  return new LlmError('protocol', message, {
    target,
    status: status === 0 ? undefined : status,
    code: 'redirect',
  });
}

/** Without userinfo and query, which may hold a secret. */
function placeOf(location: string, base: string | undefined): string {
  if (location === '' || !URL.canParse(location, base)) return 'another place';
  const { origin, pathname } = new URL(location, base);
  return `${origin}${pathname}`;
}
