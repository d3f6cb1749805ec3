import { LlmError } from '@majordomo/core';
import {
  atLeast,
  checkNumber,
  checkOptions as checkKinds,
  isLoopback,
  type KindsOf,
} from '@majordomo/core/toolkit';
import { isProgram } from './addresses.ts';
import { checkAuth } from './auth/check-auth.ts';
import type { McpAddress, McpOptions, McpEndpoint } from './options.ts';

/** Kinds of the options. `true` accepts any value. */
const KINDS: KindsOf<McpOptions> = {
  name: 'string',
  place: 'object',
  prefix: 'string',
  rename: 'object or function',
  only: true,
  approve: ['all', 'none', 'destructive'],
  connectMs: atLeast(1),
  timeoutMs: atLeast(1),
  totalMs: atLeast(1),
  concurrency: atLeast(1),
  retries: atLeast(0),
  maxResultChars: atLeast(0),
  sampling: 'object',
  roots: 'array',
  onElicit: 'function',
  resources: 'boolean',
  suspend: 'array',
  start: ['now', 'first-call'],
  records: 'object with write',
  onEvent: 'function',
  around: 'function',
  apps: 'boolean',
  protocol: ['2025', 'auto'],
  signal: 'object with addEventListener',
  clock: 'object with now',
};

/** Checks the options before a program is started or a request is sent. Throws `config` for an invalid option. */
export function checkOptions(options: McpOptions): void {
  checkKinds('connectMcp', options, KINDS, ['name', 'place']);
  const { name, place, sampling, roots } = options;
  if (name.trim() === '')
    throw invalidOption('name', 'must not be empty, because it is the prefix of the tool names');
  checkPlace(place);
  if (sampling !== undefined && 'model' in sampling) {
    checkNumber(sampling.maxRequests, 0, 'sampling.maxRequests');
    checkNumber(sampling.maxTokens, 1, 'sampling.maxTokens');
  }
  checkSuspend(options);
  for (const [at, root] of (roots ?? []).entries())
    if (typeof (root as unknown) !== 'string' || !root.startsWith('file://'))
      throw invalidOption(`roots[${at}]`, 'must be a file:// address');
}

function checkPlace(place: McpEndpoint | undefined): void {
  if (place === undefined || (!('command' in place) && !('url' in place)))
    throw invalidOption('place', 'must have a command or a url');
  if (!isProgram(place)) checkAddress(place);
  else if (typeof place.command !== 'string' || place.command.trim() === '')
    throw invalidOption('place.command', 'must not be empty');
}

function checkSuspend({ suspend = [], onElicit, place }: McpOptions): void {
  for (const [at, event] of (suspend as readonly string[]).entries())
    if (event !== 'elicitation' && event !== 'task' && event !== 'login')
      throw invalidOption(`suspend[${at}]`, 'must be elicitation, task or login');
  if (suspend.includes('elicitation') && onElicit !== undefined)
    throw invalidOption('suspend', 'must not contain elicitation if onElicit is set; remove one of them');
  const show = 'url' in place && place.auth !== undefined && 'show' in place.auth && place.auth.show;
  if (suspend.includes('login') && typeof show === 'function')
    throw invalidOption('suspend', 'must not contain login if place.auth.show is set; remove one of them');
}

function checkAddress({ url: address, headers = {}, credential, auth, allow, fetch }: McpAddress): void {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalidOption('place.url', 'must be an http or https address');
  if (allow !== undefined && !(Array.isArray(allow) && allow.every((host) => typeof host === 'string')))
    throw invalidOption('place.allow', 'must be an array of host names');
  if (auth !== undefined) {
    checkAuth(auth);
    if (credential !== undefined)
      throw invalidOption('place.auth', 'cannot be combined with place.credential; remove one of them');
  }
  const carriesSecrets = credential !== undefined || auth !== undefined || Object.keys(headers).length > 0;
  // A custom `fetch`, such as the function of a service binding, may send nothing over the network.
  if (!carriesSecrets || url.protocol === 'https:' || fetch !== undefined) return;
  if (!isLoopback(url))
    throw invalidOption(
      'place.url',
      'must be an https address; only loopback addresses may receive headers and tokens without encryption',
    );
}

/** Returns the error for an invalid option of `connectMcp`. */
const invalidOption = (path: string, why: string): LlmError =>
  new LlmError('config', `connectMcp: ${path} ${why}`, { path });
