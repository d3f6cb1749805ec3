import { asRecord } from '@majordomo/core/toolkit';

/** Name of a protocol that differs from OAuth, for the option `dialect`. */
export type Dialect = 'openrouter' | 'codex';

/** Sends a JSON object or a form. */
type Post = (url: string, body: object | URLSearchParams) => Promise<Response>;

/** Translation between OAuth and an authority's protocol. */
interface Translation {
  /** Converts the standard authorization URL to the address that the user opens. */
  authorize?(url: URL): URL;
  /** Sends a standard request in the authority's protocol, and returns a standard response. */
  post(url: string, form: URLSearchParams, post: Post): Promise<Response>;
}

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
/** Time limit of a login in seconds. Taken from the vendor's command-line program, because the response contains no limit. */
const CODEX_LIMIT_S = 900;
const CODEX_INTERVAL_S = 5;
const MIN_CODEX_INTERVAL_S = 3;

export const DIALECTS: { readonly [name in Dialect]: Translation } = {
  // openrouter.ai/docs/oauth, 2026-11-20: no client id, no state, and a key in place of a token.
  openrouter: {
    authorize(url) {
      const { searchParams } = url;
      const callback = new URL(searchParams.get('redirect_uri') ?? '');
      callback.searchParams.set('state', searchParams.get('state') ?? '');
      const address = new URL(url.pathname, url.origin);
      address.searchParams.set('callback_url', callback.href);
      address.searchParams.set('code_challenge', searchParams.get('code_challenge') ?? '');
      address.searchParams.set('code_challenge_method', 'S256');
      return address;
    },
    async post(url, form, post) {
      const answer = await post(url, {
        code: form.get('code'),
        code_verifier: form.get('code_verifier'),
        code_challenge_method: 'S256',
      });
      if (!answer.ok) return asRefusal(answer);
      const { key } = asRecord(await answer.json());
      return Response.json({ access_token: key, token_type: 'bearer' });
    },
  },
  // Login of the vendor's command-line program (openai/codex, device code), 2026-11-20.
  codex: {
    async post(url, form, post) {
      if (form.get('grant_type') === DEVICE_GRANT) return codexPoll(url, form, post);
      // Only the request for a device code has no grant type.
      if (form.get('grant_type') === null) return codexDevice(url, form, post);
      const answer = await post(url, form);
      // After a 401, the vendor does not accept this refresh token again, regardless of the body.
      return answer.status === 401 ? oauthError(answer, 'invalid_grant') : answer;
    },
  },
};

async function codexDevice(url: string, form: URLSearchParams, post: Post): Promise<Response> {
  const answer = await post(url, { client_id: form.get('client_id') });
  if (!answer.ok) return asRefusal(answer);
  const { device_auth_id: id, user_code: code, usercode, interval } = asRecord(await answer.json());
  // The vendor's command-line program accepts both names.
  const userCode = code ?? usercode;
  return Response.json({
    device_code: JSON.stringify([id, userCode]),
    user_code: userCode,
    verification_uri: new URL('/codex/device', url).href,
    expires_in: CODEX_LIMIT_S,
    interval: Math.max(MIN_CODEX_INTERVAL_S, Number(interval ?? CODEX_INTERVAL_S)),
  });
}

/** Polls once. Status 403 or 404 means that the user has not decided. The final response has a code and a verifier. */
async function codexPoll(url: string, form: URLSearchParams, post: Post): Promise<Response> {
  const [id, userCode] = JSON.parse(form.get('device_code') ?? '[]') as readonly unknown[];
  const answer = await post(new URL('/api/accounts/deviceauth/token', url).href, {
    device_auth_id: id,
    user_code: userCode,
  });
  if (answer.status === 403 || answer.status === 404) return oauthError(answer, 'authorization_pending');
  if (!answer.ok) return asRefusal(answer);
  const { authorization_code: code, code_verifier: verifier } = asRecord(await answer.json());
  return post(
    url,
    new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: form.get('client_id') ?? '',
      code: String(code),
      code_verifier: String(verifier),
      redirect_uri: new URL('/deviceauth/callback', url).href,
    }),
  );
}

/** Converts an error response to a standard OAuth error. Returns a rate limit or a server error unchanged. */
const asRefusal = (answer: Response): Response =>
  answer.status === 429 || answer.status >= 500 ? answer : oauthError(answer, 'access_denied');

/** Returns a standard OAuth error in place of a response. Cancels the body of the response, so that its connection is free. */
function oauthError(answer: Response, error: string): Response {
  answer.body?.cancel().catch(() => undefined);
  return Response.json({ error }, { status: 400 });
}
