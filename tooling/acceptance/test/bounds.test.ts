import { gzipSync } from 'node:zlib';
import { createMajordomo, LlmError, user } from '@majordomo/core';
import { testServer, type Answer } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { CHAT_SIDES, MAIN_SIDES, PAIRS, type Side } from '../src/wires.ts';

const SIDES = PAIRS.map(([name, side]) => [name, side] as const);
const BOMB = Buffer.alloc(65 * 1024 * 1024, ' ');
const COMPRESSED_BOMB = gzipSync(BOMB, { level: 1 });

/** Makes a non-streaming call and returns its error. Throws if the call succeeds. */
async function errorOfCall(
  { provider, model: defaultModel }: Side,
  origin: string,
  model = defaultModel,
): Promise<LlmError> {
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

/** Responds with more than 64 MiB, compressed if the client accepts gzip. */
const bomb =
  (status: number): Answer =>
  (response, { headers }) => {
    const acceptsGzip = /gzip/.test(String(headers['accept-encoding']));
    response.on('error', () => undefined);
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(acceptsGzip && { 'content-encoding': 'gzip' }),
    });
    response.end(acceptsGzip ? COMPRESSED_BOMB : BOMB);
  };

const IS_SOAK = process.env['SOAK'] !== undefined;

/** Whether the bodies of the side are read like those of openai-chat. Such sides are tested with SOAK=1, as in the nightly run. */
const isOnlyInSoak = (side: Side): boolean =>
  !IS_SOAK && CHAT_SIDES.some(([, chatSide]) => chatSide === side);

/**
 * Sides whose error bodies are read differently: with `fetch`, and by a handler of the AWS SDK. The others read error bodies like
 * responses, and are tested with SOAK=1.
 */
const hasSeparateErrorBodies = (name: string): boolean => ['openai-chat', 'bedrock-converse'].includes(name);

describe.each(SIDES)('%s', (name, side) => {
  it.skipIf(isOnlyInSoak(side))('rejects a response of more than 64 MiB', async () => {
    await using server = await testServer(bomb(200));
    const { kind, message, details } = await errorOfCall(side, server.origin);
    expect([kind, details.code, details.target]).toEqual(['protocol', 'too-large', `p/${side.model}`]);
    expect(message).toContain('answered with more than 67108864 bytes');
    expect(server.requests).toHaveLength(1);
  });

  it.runIf(IS_SOAK || hasSeparateErrorBodies(name))('rejects an error body of more than 64 MiB', async () => {
    await using server = await testServer(bomb(500));
    expect((await errorOfCall(side, server.origin)).message).toContain(
      'answered with more than 67108864 bytes',
    );
    expect(server.requests).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])(
    'does not follow a redirect (%d), and reports its target',
    async (status) => {
      await using other = await testServer((response) => void response.end('{}'));
      await using server = await testServer((response) => {
        response.writeHead(status, { location: `${other.origin}/v2?key=secret` }).end();
      });
      const { kind, message, details } = await errorOfCall(side, server.origin);
      expect([kind, details.code, details.status]).toEqual(['protocol', 'redirect', status]);
      expect(details.target).toBe(`p/${side.model}`);
      expect(message).toContain(`redirects to ${other.origin}/v2, which was not followed`);
      expect(other.requests).toHaveLength(0);
    },
  );

  it('sends any model id as one path segment, or sends no request', async () => {
    await using server = await testServer((response) => void response.writeHead(400).end('{}'));
    await errorOfCall(side, server.origin);
    const segmentCount = server.requests[0]?.path.split('/').length;
    for (const model of ['../../x', 'a/../../b', '..', 'a?b=c', 'a#b', '%2e%2e/x', '..\\x', 'a\r\nb']) {
      const before = server.requests.length;
      const { kind } = await errorOfCall(side, server.origin, model);
      for (const { path } of server.requests.slice(before)) {
        expect([model, path.split('/').length, /[?#%\\]|\.\./.test(path.replace(/\?alt=sse$/, ''))]).toEqual([
          model,
          segmentCount,
          false,
        ]);
      }
      expect(kind).toBe('invalid-request');
    }
  });
});

/** Lists of models are read like other responses. The default run tests the main sides, and SOAK=1, as in the nightly run, all. */
const LISTS = SIDES.filter(
  ([name, side]) => name !== 'workersai-run' && (IS_SOAK || MAIN_SIDES.includes(side)),
);

it.each(LISTS)('%s rejects a list of models of more than 64 MiB', async (_name, side) => {
  await using server = await testServer(bomb(200));
  const provider = side.provider('p', `${server.origin}/base`);
  if (provider.listModels === undefined) return;
  const error: unknown = await createMajordomo({ providers: [provider], env: {} })
    .listModels('p')
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: 'protocol', details: { code: 'too-large' } });
});

/** Strings for which a regular expression over a vendor's message could need quadratic time. Each is repeated to 1 MB. */
const REPEATED_STRINGS = ['<', 'thinking effort support tool ', '1', ' '];
/** Maximum CPU time of a call that fails with such a message. It takes less than 100 ms. */
const MAX_CPU_MS = 3000;

it.each(SIDES.filter(([, side]) => !isOnlyInSoak(side)))(
  '%s truncates an error message of 1 MB, in less than 3 s of CPU time',
  async (_name, side) => {
    for (const text of REPEATED_STRINGS) {
      // A page is converted to text in the same way for each string.
      for (const type of text === '<' ? ['application/json', 'text/html'] : ['application/json']) {
        const message = text.repeat(1_000_000 / text.length);
        await using server = await testServer((response) => {
          response.writeHead(400, { 'content-type': type });
          response.end(type === 'text/html' ? message : JSON.stringify({ error: { message }, message }));
        });
        const cpuBefore = process.cpuUsage();
        const error = await errorOfCall(side, server.origin);
        expect([error.kind, error.message.length < 2200]).toEqual(['invalid-request', true]);
        expect(process.cpuUsage(cpuBefore).user / 1000).toBeLessThan(MAX_CPU_MS);
      }
    }
  },
);
