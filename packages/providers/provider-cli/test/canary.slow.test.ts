import { inspect } from 'node:util';
import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { createCli } from '../src/index.ts';
import { callModel } from './calls.ts';
import { fakeCli } from './fake-cli.ts';

const KEY = 'c4naryXq7-p_2718281828';
/** Value within a URL, which only its position identifies as a secret. */
const IN_URL = 'c4naryZz9-p_3141592653';
const env = {
  PATH: process.env['PATH'],
  ANTHROPIC_API_KEY: KEY,
  ANTHROPIC_BASE_URL: `https://user:${IN_URL}@gateway.example/v1?key=${IN_URL}`,
  CLAUDE_CODE_OAUTH_TOKEN: `${KEY}-oauth`,
  AWS_SESSION_TOKEN: `${KEY}-aws`,
  HTTPS_PROXY: `http://user:${IN_URL}@proxy.example:3128`,
};

/** Returns the environment of the child, as the child prints it. */
const ALL = `Object.entries(process.env).map(([name, value]) => name + '=' + value).join('\\n')`;

describe('hides the environment that a CLI prints', () => {
  it.each([
    ['on stderr, with a status', `process.stderr.write(${ALL}); process.exitCode = 1;`],
    ['on stderr, without an answer', `process.stderr.write(${ALL});`],
    ['as an unknown option', `process.stderr.write('unknown option ' + ${ALL}); process.exitCode = 1;`],
    ['on stdout', `process.stdout.write(${ALL}); process.exitCode = 3;`],
    [
      'in its result',
      `say({ type: 'result', subtype: 'error_during_execution', is_error: true, result: ${ALL}, session_id: 's' });`,
    ],
    [
      'as an error of the API',
      `say({ type: 'result', subtype: 'success', is_error: true, api_error_status: 401, result: ${ALL}, session_id: 's' });`,
    ],
    ['in broken JSON', `process.stdout.write('{"type":"result",' + process.env.ANTHROPIC_API_KEY + '\\n');`],
  ])('%s', async (_, body) => {
    await using cli = await fakeCli(body);
    const provider = createCli({ cli: 'claude', command: cli.command });
    const { error } = await callModel(provider, {}, { env });
    expect(LlmError.is(error)).toBe(true);
    const looks = { depth: Infinity, showHidden: true };
    expect(
      `${inspect(error, { ...looks, customInspect: false })} ${JSON.stringify(error)} ${inspect(provider, looks)}`,
    ).not.toContain('c4nary');
  });
});
