import { describe, expect, it } from 'vitest';
import { cliError, exitError, withoutTerminalCodes, type CliFailure } from './errors.ts';

const facts = { target: 'anthropic-cli/default', command: 'claude', secrets: ['s3cret-value'] };
const kindOf = (failure: CliFailure): string => cliError(failure, facts).kind;

describe('messages of a CLI', () => {
  it.each([
    ['Not logged in · Please run /login', 'auth'],
    ['OAuth token has expired. Please run /login', 'auth'],
    ['Invalid API key · Fix external API key', 'auth'],
    ['Please set an Auth method in your settings.json', 'auth'],
    ["Authentication required. Please run 'cursor-agent login' first", 'auth'],
    ['Missing environment variable: `MOCK_KEY`.', 'auth'],
    ['unexpected status 401 Unauthorized', 'auth'],
    ['5-hour limit reached', 'quota'],
    ["You've hit your usage limit. Upgrade to Pro", 'quota'],
    ['You have exhausted your daily quota on this model.', 'quota'],
    ["You've hit your usage limit. Try again in 3 hours.", 'rate-limit'],
    ['exceeded retry limit, last status: 429 Too Many Requests', 'rate-limit'],
    ['Credit balance is too low', 'billing'],
    ['API Error: 529 Overloaded', 'overloaded'],
    ['This model is currently experiencing high demand', 'overloaded'],
    ["The model `x` does not exist or you don't have access to it", 'not-found'],
    ['ProviderModelNotFoundError: x/y', 'not-found'],
    ['There is an issue with the selected model (x). It may not exist', 'not-found'],
    ['Prompt is too long', 'context-overflow'],
    ['API Error: Connection error.', 'network'],
    ['Unable to connect to API (ECONNREFUSED)', 'network'],
    ['Claude Code process crashed', 'server'],
  ])('%s is %s', (message, kind) => {
    expect(kindOf({ message })).toBe(kind);
  });

  it.each([
    [401, 'no', 'auth'],
    [429, 'slow down', 'rate-limit'],
    [429, 'usage limit reached', 'quota'],
    [500, 'billing service is down', 'server'],
    [529, 'Overloaded', 'overloaded'],
    [400, 'Credit balance is too low', 'billing'],
    [404, 'model: x', 'not-found'],
  ])('with the status %i: %s is %s', (status, message, kind) => {
    expect(kindOf({ status, message })).toBe(kind);
  });

  it('report an expired login, by status or text', () => {
    expect(cliError({ message: 'Not logged in' }, facts).details.code).toBe('login-required');
    expect(cliError({ message: 'no', status: 401 }, facts).details.code).toBe('login-required');
    expect(cliError({ message: 'no', status: 403 }, facts).details.code).toBeUndefined();
  });

  it('report the end of a limit without secrets', () => {
    const { details, message } = cliError(
      { message: 'usage limit, try again in 2 hours (s3cret-value)' },
      facts,
    );
    expect(details.retryAfterMs).toBe(7_200_000);
    expect(message).not.toContain('s3cret');
    expect(details.body).not.toContain('s3cret');
  });
});

describe('a child that ended', () => {
  const exit = { code: 1, signal: null, output: '', machineOutput: true };

  it('because of an unknown option is retried with plain text', () => {
    const { kind, details } = exitError({ ...exit, output: "error: unknown option '--verbose'" }, facts);
    expect([kind, details.code, details.recover?.id]).toEqual(['config', 'unknown-option', 'plain-text']);
    const plainly = exitError({ ...exit, output: "error: unknown option '-p'", machineOutput: false }, facts);
    expect(plainly.details.recover).toBeUndefined();
  });

  it('with a known status has its kind', () => {
    expect(exitError({ ...exit, code: 41, kind: 'auth' }, facts).kind).toBe('auth');
  });

  it('after a colored JSON error is quoted without colors', () => {
    const output = '\u001b[91mError: \u001b[0m{\n "name": "X",\n "data": { "message": "No such thing" }\n}';
    expect(exitError({ ...exit, output }, facts).message).toContain('answered with an error: No such thing');
  });
});

it('removes only terminal codes', () => {
  expect(
    withoutTerminalCodes(
      '\u001b[1;31mred\u001b[0m \u001b]8;;http://x\u001b\\link\u001b]8;;\u0007 [0m \u001bM.',
    ),
  ).toBe('red link [0m .');
});
