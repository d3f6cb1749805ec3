import { gzipSync } from 'node:zlib';
import { createMajordomo, LlmError, user } from '@majordomo/core';
import { testServer, type Answer } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { PAIRS, type Side } from '../src/wires.ts';

const SIDES = PAIRS.map(([name, side]) => [name, side] as const);
const BOMB = Buffer.alloc(65 * 1024 * 1024, ' ');
const PACKED = gzipSync(BOMB, { level: 1 });

/** One call without deltas, and the error that it must end in. */
async function refused({ provider, model: usual }: Side, origin: string, model = usual): Promise<LlmError> {
  const majordomo = createMajordomo({ providers: [provider('p', `${origin}/base`)], env: {} });
  const call = majordomo
    .model(`p/${model}`)
    .generate({ messages: [user('hi')], maxTokens: 9 }, { attempts: 1 });
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!LlmError.is(error)) throw new Error('the call should have failed', { cause: error });
  return error;
}

/** More than 64 MiB, packed where the client takes that. */
const bomb =
  (status: number): Answer =>
  (response, { headers }) => {
    const isPacked = /gzip/.test(String(headers['accept-encoding']));
    response.on('error', () => undefined);
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(isPacked && { 'content-encoding': 'gzip' }),
    });
    response.end(isPacked ? PACKED : BOMB);
  };

describe.each(SIDES)('%s', (_name, side) => {
  it('reads 64 MiB of an answer and no more', async () => {
    await using server = await testServer(bomb(200));
    const { kind, message, details } = await refused(side, server.origin);
    expect([kind, details.code, details.target]).toEqual(['protocol', 'too-large', `p/${side.model}`]);
    expect(message).toContain('answered with more than 67108864 bytes');
    expect(server.requests).toHaveLength(1);
  });

  it('reads 64 MiB of an error and no more', async () => {
    await using server = await testServer(bomb(500));
    expect((await refused(side, server.origin)).message).toContain('answered with more than 67108864 bytes');
    expect(server.requests).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])(
    'does not follow a redirect (%d), and names the place',
    async (status) => {
      await using other = await testServer((response) => void response.end('{}'));
      await using server = await testServer((response) => {
        response.writeHead(status, { location: `${other.origin}/v2?key=secret` }).end();
      });
      const { kind, message, details } = await refused(side, server.origin);
      expect([kind, details.code, details.status]).toEqual(['protocol', 'redirect', status]);
      expect(details.target).toBe(`p/${side.model}`);
      expect(message).toContain(`redirects to ${other.origin}/v2, which was not followed`);
      expect(other.requests).toHaveLength(0);
    },
  );

  it('requests one path for any model id, or none', async () => {
    await using server = await testServer((response) => void response.writeHead(400).end('{}'));
    await refused(side, server.origin);
    const usual = server.requests[0]?.path.split('/').length;
    for (const model of ['../../x', 'a/../../b', '..', 'a?b=c', 'a#b', '%2e%2e/x', '..\\x', 'a\r\nb']) {
      const before = server.requests.length;
      const { kind } = await refused(side, server.origin, model);
      for (const { path } of server.requests.slice(before)) {
        expect([model, path.split('/').length, /[?#%\\]|\.\./.test(path.replace(/\?alt=sse$/, ''))]).toEqual([
          model,
          usual,
          false,
        ]);
      }
      expect(kind).toBe('invalid-request');
    }
  });
});

it.each(SIDES.filter(([name]) => name !== 'workersai-run'))(
  '%s lists no more than 64 MiB',
  async (_name, side) => {
    await using server = await testServer(bomb(200));
    const provider = side.provider('p', `${server.origin}/base`);
    if (provider.listModels === undefined) return;
    const error: unknown = await createMajordomo({ providers: [provider], env: {} })
      .listModels('p')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'protocol', details: { code: 'too-large' } });
  },
);

/** What expressions over vendors' words have gone through again and again, as an error of a megabyte. */
const WORDS = ['<', 'thinking ', 'effort', 'support', 'tool ', '1', ' '];

it.each(SIDES)('%s reads the beginning of an error that never ends', async (_name, side) => {
  for (const word of WORDS) {
    for (const type of ['application/json', 'text/html']) {
      const message = word.repeat(1_000_000 / word.length);
      await using server = await testServer((response) => {
        response.writeHead(400, { 'content-type': type });
        response.end(type === 'text/html' ? message : JSON.stringify({ error: { message }, message }));
      });
      const error = await refused(side, server.origin);
      expect([error.kind, error.message.length < 2200]).toEqual(['invalid-request', true]);
    }
  }
});
