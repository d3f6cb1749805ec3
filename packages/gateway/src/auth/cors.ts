import { Refusal } from '../errors/refusal.ts';

const ASKABLE = 'authorization, x-api-key, content-type, anthropic-version, anthropic-beta';
const SHOWN =
  'x-request-id, request-id, retry-after, x-majordomo-target, x-majordomo-attempts, x-majordomo-warnings';

/**
 * Headers for a browser's page; a page of any other origin is refused, whatever it sends. Requests without an origin do
 * not come from a page.
 */
export function originHeaders(request: Request, allowed: readonly string[]): Record<string, string> {
  const origin = request.headers.get('origin');
  if (origin === null) return {};
  if (allowed.includes(origin)) {
    return { 'access-control-allow-origin': origin, 'access-control-expose-headers': SHOWN, vary: 'origin' };
  }
  if (origin === new URL(request.url).origin) return {};
  throw new Refusal('forbidden', 'pages of this origin may not ask here: see `cors` of createGateway');
}

/** The answer to a browser that asks before it asks. */
export const preflight = (request: Request, headers: Record<string, string>): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': allowedHeaders(request),
      'access-control-max-age': '600',
    },
  });

/** Official clients send headers about themselves (`x-stainless-…`): none of them goes further than here. */
const allowedHeaders = ({ headers }: Request): string => {
  const asked = headers.get('access-control-request-headers');
  return asked === null || !/^[\w\-, ]{1,2000}$/.test(asked) ? ASKABLE : asked;
};
