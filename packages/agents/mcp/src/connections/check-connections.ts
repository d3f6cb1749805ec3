import { LlmError } from '@majordomo/core';
import { atLeast, checkOptions as checkKinds } from '@majordomo/core/toolkit';
import { isSecure } from '../addresses.ts';
import { checkLoginClient } from '../auth/check-auth.ts';
import { checkOptions } from '../check-options.ts';
import type { McpOptions } from '../options.ts';
import type { McpConnectionsOptions } from './options.ts';

const SUBJECT = 'createMcpConnections';

/** Checks the options. Returns the options of `connectMcp` for all users. Throws `config` for an invalid option. */
export function checkConnections(options: McpConnectionsOptions): McpOptions {
  checkKinds(
    SUBJECT,
    options,
    {
      name: 'string',
      place: 'object',
      client: 'object',
      redirectUrl: 'string',
      scope: 'string',
      records: 'object with write',
      loginMs: atLeast(1),
    },
    ['name', 'place', 'client', 'redirectUrl', 'records'],
  );
  const { client, redirectUrl, scope, loginMs: _loginMs, ...rest } = options;
  if (!('url' in rest.place)) throw invalid('place', 'must have a url, because programs have no login');
  for (const name of ['auth', 'credential'])
    if (Reflect.get(rest.place, name) !== undefined)
      throw invalid(`place.${name}`, 'must not be set; the option client describes the login');
  if (Reflect.get(rest, 'signal') !== undefined)
    throw invalid('signal', 'must not be set; pass it to connect');
  checkLoginClient(client, SUBJECT, `${SUBJECT}: client`);
  const url = URL.parse(redirectUrl);
  if (url === null || !isSecure(url))
    throw invalid('redirectUrl', 'must be an https address, or http on a loopback host');
  if (url.hash !== '') throw invalid('redirectUrl', 'must not have a fragment');
  const auth = { grant: 'login' as const, client, ...(scope === undefined ? {} : { scope }) };
  const shared: McpOptions = { start: 'first-call', ...rest, place: { ...rest.place, auth } };
  checkOptions(shared);
  return shared;
}

const invalid = (path: string, why: string): LlmError =>
  new LlmError('config', `${SUBJECT}: ${path} ${why}`, { path });
