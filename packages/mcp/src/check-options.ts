import { LlmError } from '@majordomo/core';
import { checkNumber, checkOptions as checkKinds, type KindsOf } from '@majordomo/core/toolkit';
import type { McpAddress, McpOptions, McpEndpoint } from './options.ts';

export const isProgram = (place: McpEndpoint): place is Extract<McpEndpoint, { command: string }> =>
  'command' in place;

const KINDS: KindsOf<McpOptions> = {
  name: 'string',
  place: 'object',
  prefix: 'string',
  only: true,
  approve: ['all', 'none', 'destructive'],
  connectMs: 1,
  timeoutMs: 1,
  totalMs: 1,
  retries: 0,
  maxResultChars: 0,
  sampling: 'object',
  roots: 'array',
  onElicit: 'function',
  onEvent: 'function',
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
  for (const [at, root] of (roots ?? []).entries())
    if (typeof (root as unknown) !== 'string' || !root.startsWith('file://'))
      throw invalidOption(`roots[${at}]`, 'must be a file:// address');
}

function checkPlace(place: McpEndpoint | undefined): void {
  if (place === undefined || (!('command' in place) && !('url' in place)))
    throw invalidOption('place', 'must have a command or a url');
  if (!isProgram(place)) checkAddress(place);
  else if (typeof place.command !== 'string' || place.command.trim() === '')
    throw invalidOption('place.command', 'is empty');
}

function checkAddress({ url: address, headers = {}, credential, fetch }: McpAddress): void {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalidOption('place.url', 'must be an http or https address');
  const carriesSecrets = credential !== undefined || Object.keys(headers).length > 0;
  // A custom `fetch`, such as the function of a service binding, may send nothing over the network.
  if (!carriesSecrets || url.protocol === 'https:' || fetch !== undefined) return;
  if (!/^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/.test(url.hostname))
    throw invalidOption(
      'place.url',
      'must be https: only loopback addresses may receive headers and tokens without encryption',
    );
}

const invalidOption = (path: string, why: string): LlmError =>
  new LlmError('config', `connectMcp: ${path} ${why}`, { path });
