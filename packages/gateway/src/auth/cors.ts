import { Refusal } from '../errors/refusal.ts';

const DEFAULT_HEADERS = 'authorization, x-api-key, content-type, anthropic-version, anthropic-beta';
const EXPOSED_HEADERS =
  'x-request-id, request-id, retry-after, deprecation, sunset, ' +
  'x-majordomo-target, x-majordomo-attempts, x-majordomo-warnings, x-majordomo-successor';

/**
 * Returns the CORS headers for a page of an allowed origin. Refuses pages of other origins. Returns no headers if the request has
 * no origin, because a browser sends the origin of the page with each request.
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
    'pages of this origin may not send requests; add it to `cors` of createGateway',
  );
}

/** Responds to a preflight request of a browser. */
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

/** Allows every requested header. Official clients send `x-stainless-…` headers, which vendors do not receive. */
const allowedHeaders = ({ headers }: Request): string => {
  const requested = headers.get('access-control-request-headers');
  return requested === null || !/^[\w\-, ]{1,2000}$/.test(requested) ? DEFAULT_HEADERS : requested;
};
