/** Authorities that speak something near OAuth; which one is data of a preset. */
export type Dialect = 'openrouter' | 'codex';

/** Sends JSON as it is asked to. */
type Post = (url: string, body: object | URLSearchParams) => Promise<Response>;

/** What differs on a wire: all else goes by the standard, through the same code. */
interface Translation {
  /** The address to open, for one that the standard has. */
  authorize?(url: URL): URL;
  /** The answer of the standard, for a request of the standard. */
  post(url: string, form: URLSearchParams, post: Post): Promise<Response>;
}

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
/** The vendor's own program waits that long, its answer names no time. */
const CODEX_LIMIT_S = 900;
const CODEX_INTERVAL_S = 5;
const LEAST_CODEX_INTERVAL_S = 3;

export const DIALECTS: { readonly [name in Dialect]: Translation } = {
  // openrouter.ai/docs/oauth, 2026-11-20: no client, no state of its own, and a key in place of a token.
  openrouter: {
    authorize(url) {
      const { searchParams: asked } = url;
      const callback = new URL(asked.get('redirect_uri') ?? '');
      callback.searchParams.set('state', asked.get('state') ?? '');
      const own = new URL(url.pathname, url.origin);
      own.searchParams.set('callback_url', callback.href);
      own.searchParams.set('code_challenge', asked.get('code_challenge') ?? '');
      own.searchParams.set('code_challenge_method', 'S256');
      return own;
    },
    async post(url, form, post) {
      const answer = await post(url, {
        code: form.get('code'),
        code_verifier: form.get('code_verifier'),
        code_challenge_method: 'S256',
      });
      if (!answer.ok) return asRefusal(answer);
      const { key } = await jsonOf(answer);
      return Response.json({ access_token: key, token_type: 'bearer' });
    },
  },
  // As the vendor's own program logs in (openai/codex, login by device code), 2026-11-20.
  codex: {
    async post(url, form, post) {
      if (form.get('grant_type') === DEVICE_GRANT) return codexPoll(url, form, post);
      if (form.get('grant_type') === null) return codexDevice(url, form, post);
      const answer = await post(url, form);
      // Whatever it says: this token will not be taken again.
      return answer.status === 401 ? Response.json({ error: 'invalid_grant' }, { status: 400 }) : answer;
    },
  },
};

async function codexDevice(url: string, form: URLSearchParams, post: Post): Promise<Response> {
  const answer = await post(url, { client_id: form.get('client_id') });
  if (!answer.ok) return asRefusal(answer);
  const { device_auth_id: id, user_code: code, usercode, interval } = await jsonOf(answer);
  const userCode = code ?? usercode;
  return Response.json({
    device_code: JSON.stringify([id, userCode]),
    user_code: userCode,
    verification_uri: new URL('/codex/device', url).href,
    expires_in: CODEX_LIMIT_S,
    interval: Math.max(LEAST_CODEX_INTERVAL_S, Number(interval ?? CODEX_INTERVAL_S)),
  });
}

/** 403 and 404 mean that nobody has decided. What comes then is a code, with a verifier that the authority made. */
async function codexPoll(url: string, form: URLSearchParams, post: Post): Promise<Response> {
  const [id, userCode] = JSON.parse(form.get('device_code') ?? '[]') as readonly unknown[];
  const answer = await post(new URL('/api/accounts/deviceauth/token', url).href, {
    device_auth_id: id,
    user_code: userCode,
  });
  if (answer.status === 403 || answer.status === 404) {
    return Response.json({ error: 'authorization_pending' }, { status: 400 });
  }
  if (!answer.ok) return asRefusal(answer);
  const { authorization_code: code, code_verifier: verifier } = await jsonOf(answer);
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

/** In the words of the standard; limits and troubles of the server say enough by their status. */
const asRefusal = (answer: Response): Response =>
  answer.status === 429 || answer.status >= 500
    ? answer
    : Response.json({ error: 'access_denied' }, { status: 400 });

async function jsonOf(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  const value: unknown = await answer.json();
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
