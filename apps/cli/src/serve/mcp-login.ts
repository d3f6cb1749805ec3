import type { KeyCaller, Keys } from '@majordomo/admin';
import { LlmError } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import type { GatewayOptions } from '@majordomo/gateway';
import type { McpConnections, McpGateway } from '@majordomo/mcp-gateway';
import type { GatewayMcpConfig } from '../config/config.ts';
import { Stop } from '../program/exit.ts';

type Mounted = NonNullable<GatewayOptions['mounts']>[number];

/** Path of the pages at which users log in to MCP servers. */
const PATH = '/mcp-login';
const ROUTE = /^\/mcp-login\/([\w-]{1,64})(\/callback)?$/;
/** Maximum size of a form, in bytes. */
const MAX_FORM = 4096;
/** Maximum number of requests to an authorization server that are in progress for a key. */
const MAX_RUNNING = 5;
/** Time for a login, in seconds. */
const LOGIN_S = 600;

/** Whether a server of the configuration has a login for each user. */
export const hasLogins = ({ servers }: GatewayMcpConfig): boolean =>
  Object.values(servers).some(({ login }) => login !== undefined);

/** Returns the options of a server. A login gets the pages of this process. `origin`: address at which browsers reach it. */
export function withPages(name: string, server: unknown, origin: string | undefined): unknown {
  if (!isRecord(server) || !isRecord(server['login'])) return server;
  if (origin === undefined)
    throw new Stop(
      'gateway.mcp of the configuration has a server with a login, and no `url`; set it to the address at which browsers reach this gateway',
    );
  if (server['login']['user'] !== undefined)
    throw new Stop(
      `gateway.mcp.servers.${name}.login of the configuration must have no \`user\`, because a user is the owner of a key; remove it`,
    );
  const page = `${origin}${PATH}/${name}`;
  return { ...server, login: { page, redirectUrl: `${page}/callback`, ...server['login'] } };
}

/**
 * Returns the pages at which the owner of a key logs in to a server. The browser sends the key in a form, and stores it in a cookie until
 * the callback, so that nobody can connect the account of another. `onError`: receives the reasons of failures, which users do not.
 */
export function loginPages(
  mcp: Pick<McpGateway, 'allows' | 'connections'>,
  keys: Pick<Keys, 'authorize'>,
  origin: string,
  onError: (error: unknown) => void,
): Mounted {
  const running = new Map<string, number>();
  const limited = async (user: string, work: () => Promise<Response>): Promise<Response> => {
    const count = running.get(user) ?? 0;
    if (count >= MAX_RUNNING) return page(429, 'Too many logins with this key are in progress.');
    running.set(user, count + 1);
    try {
      return await work();
    } finally {
      const others = (running.get(user) ?? 1) - 1;
      if (others > 0) running.set(user, others);
      else running.delete(user);
    }
  };
  const callerOf = async (key: string): Promise<KeyCaller | undefined> => {
    // The key is written to a header and to a cookie, which other characters could end.
    if (!/^[\w-]{1,256}$/.test(key)) return undefined;
    return keys.authorize(new Request(origin, { headers: { authorization: `Bearer ${key}` } }));
  };
  const start = async (request: Request, name: string, login: McpConnections): Promise<Response> => {
    if (request.headers.get('origin') !== origin) return page(403, 'This form was sent by another site.');
    const key = await keyIn(request);
    const caller = await callerOf(key);
    if (caller === undefined) return page(401, 'The key is not valid.', form(name));
    if (!mcp.allows(name, caller)) return page(403, NO_ACCESS);
    return limited(caller.key, async () => {
      const { url } = await login.login(caller.key);
      const headers = { location: url, 'cache-control': 'no-store', ...cookie(name, key, origin) };
      return new Response(null, { status: 303, headers });
    });
  };
  const finish = async (request: Request, name: string, login: McpConnections): Promise<Response> => {
    const caller = await callerOf(storedKey(request));
    if (caller === undefined) return page(401, 'The login has expired. Start again.', form(name));
    if (!mcp.allows(name, caller)) return page(403, NO_ACCESS);
    return limited(caller.key, async () => {
      await login.finish(request.url, caller.key);
      return page(200, 'Your account is connected. You can close this page.', '', cookie(name, '', origin));
    });
  };
  return {
    path: PATH,
    async fetch(request) {
      const [, name = '', callback] = ROUTE.exec(new URL(request.url).pathname) ?? [];
      const login = connectionsOf(mcp, name);
      if (login === undefined) return page(404, 'No server with a login has this name.');
      try {
        if (request.method === 'POST' && callback === undefined) return await start(request, name, login);
        if (request.method !== 'GET') return page(405, 'This page accepts no such request.');
        if (callback !== undefined) return await finish(request, name, login);
        return page(200, `Connect your account at "${name}"`, form(name));
      } catch (error) {
        if (!LlmError.is(error)) throw error;
        if (error.details.code !== 'login-refused') onError(error);
        if (error.kind === 'auth') return page(400, 'The login failed. Start again.', form(name));
        return page(502, 'The login is not possible at the moment. Try again later.', form(name));
      }
    },
  };
}

const NO_ACCESS = 'This key may not use this server.';

/** Returns the logins of a server. `connections` throws for an unknown server and for one without a login. */
function connectionsOf(mcp: Pick<McpGateway, 'connections'>, name: string): McpConnections | undefined {
  try {
    return mcp.connections(name);
  } catch {
    return undefined;
  }
}

/** Returns the key in a form, or `''`. A form without a stated length is not read, because it could be of any size. */
async function keyIn(request: Request): Promise<string> {
  const length = Number(request.headers.get('content-length') ?? Infinity);
  return length > MAX_FORM ? '' : (new URLSearchParams(await request.text()).get('key') ?? '').trim();
}

const COOKIE = /(?:^|; )majordomo-login=([^;]*)/;

const storedKey = ({ headers }: Request): string => COOKIE.exec(headers.get('cookie') ?? '')?.[1] ?? '';

const cookie = (name: string, key: string, origin: string): { readonly 'set-cookie': string } => ({
  'set-cookie': [
    `majordomo-login=${key}`,
    `Path=${PATH}/${name}`,
    `Max-Age=${key === '' ? 0 : LOGIN_S}`,
    'HttpOnly',
    // `Strict` would omit the cookie at the callback, because another site redirects the browser to it.
    'SameSite=Lax',
    ...(origin.startsWith('https:') ? ['Secure'] : []),
  ].join('; '),
});

const form = (name: string): string =>
  `<form method="post" action="${PATH}/${name}"><label>Your key of this gateway <input name="key" type="password" autocomplete="off" required></label> <button>Continue</button></form>`;

/** Returns a page. With the referrer policy `no-referrer`, browsers would send no origin with the form. */
const page = (status: number, text: string, more = '', headers: Readonly<Record<string, string>> = {}) =>
  new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>majordomo</title><p>${text}</p>${more}</html>`,
    {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        'referrer-policy': 'same-origin',
        ...headers,
      },
    },
  );
