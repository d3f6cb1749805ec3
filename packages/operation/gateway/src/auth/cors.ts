import { Refusal } from '../errors/refusal.ts';

const DEFAULT_HEADERS =
  'authorization, x-api-key, x-goog-api-key, content-type, anthropic-version, anthropic-beta';
const EXPOSED_HEADERS =
  'x-request-id, request-id, retry-after, mcp-session-id, deprecation, sunset, ' +
  'x-majordomo-target, x-majordomo-attempts, x-majordomo-warnings, x-majordomo-successor';

/**
 * Returns the CORS headers for a page of an allowed origin. Returns no headers for a page of the gateway's origin, and for a
 * request without an origin, which is not from another origin. Throws a refusal for a page of any other origin.
 */
export function originHeaders(request: Request, allowed: readonly string[]): Record<string, string> {
  const origin = request.headers.get('origin');
  if (origin === null) return {};
  if (allowed.includes(origin)) {
    return {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': EXPOSED_HEADERS,
      vary: 'origin',
    };
  }
  if (origin === new URL(request.url).origin) return {};
  throw new Refusal(
    'forbidden',
    'pages of this origin may not send requests; add the origin to `cors` of createGateway',
  );
}

/** Responds to a preflight request of a browser. */
export const preflight = (request: Request, headers: Record<string, string>): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': allowedHeaders(request),
      'access-control-max-age': '600',
    },
  });

/** Returns the headers that the preflight requests, such as `x-stainless-…`. Returns defaults for a missing or invalid list. */
const allowedHeaders = ({ headers }: Request): string => {
  const requested = headers.get('access-control-request-headers');
  return requested === null || !/^[\w\-, ]{1,2000}$/.test(requested) ? DEFAULT_HEADERS : requested;
};
