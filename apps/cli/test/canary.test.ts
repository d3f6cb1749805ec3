import { testServer } from '@majordomo/test-support';
import { afterAll, describe, expect, it } from 'vitest';
import { world } from './world.ts';

const KEY = 'sk-c4nary-of-the-command';
const SECRETS_TEXT = `no ${KEY} and no Bearer ${KEY}`;

/** Vendor that repeats the key in every response. */
const server = await testServer((response) => {
  const error = { message: SECRETS_TEXT, type: SECRETS_TEXT, code: KEY };
  response.writeHead(401, KEY, { 'content-type': 'application/json', 'x-request-id': KEY });
  response.end(JSON.stringify({ error }));
});
const { host } = new URL(server.origin);

afterAll(server.close);

const providerAt = (apiKey: string): string => JSON.stringify({ providers: { lab: { apiKey } } });

/** Places where a user may have put the key. */
const PLACES: Readonly<Record<string, () => Parameters<typeof world>[0]>> = {
  'a DSN in the environment': () => ({ env: { LLM_LAB: `openai+http://${KEY}@${host}/v1` } }),
  'a DSN with a wrong parameter': () => ({ env: { LLM_LAB: `openai+http://${host}/v1?key=${KEY}` } }),
  'a DSN with an unknown scheme': () => ({ env: { LLM_LAB: `nobody://${KEY}@${host}/v1` } }),
  'a value that is not a DSN': () => ({ env: { LLM_LAB: KEY } }),
  'an invalid configuration file': () => ({
    env: { LLM_LAB: `openai+http://${KEY}@${host}/v1` },
    files: { 'majordomo.config.json': providerAt(KEY) },
  }),
};

const COMMANDS: readonly (readonly string[])[] = [
  ['chat', 'lab/gpt-4o', 'hi'],
  ['chat', 'lab/gpt-4o', 'hi', '--json'],
  ['chat', 'lab/gpt-4o', 'hi', '--events'],
  ['chat', 'lab/gpt-4o', 'hi', '--log', '--save', 'talk.json'],
  ['chat', 'gpt-4o', 'hi'],
  ['models'],
  ['models', 'lab', '--json'],
  ['doctor', 'lab/gpt-4o'],
  ['ping', 'lab/gpt-4o'],
  ['plan', 'lab/gpt-4o'],
  ['vault'],
  ['usage'],
  ['limits'],
  ['log'],
  ['embed', 'lab/gpt-4o', 'hi'],
  ['embed', 'lab/gpt-4o', 'hi', '--json'],
  ['transcribe', 'lab/gpt-4o', '-'],
  ['speak', 'lab/gpt-4o', 'hi', '-o', 'a.mp3'],
  ['speak', 'lab/gpt-4o', 'hi', '-o', 'a.mp3', '--json'],
  ['serve', '--models', 'lab/gpt-4o', '--metrics', 'all'],
  ['mcp', 'lab/gpt-4o,nobody/x'],
];

describe.each(Object.entries(PLACES))('a key in %s', (_name, optionsOf) => {
  it.each(COMMANDS.map((argv) => [argv.join(' '), argv] as const))(
    'is not printed by %s',
    async (_command, argv) => {
      using cli = world({ ...optionsOf(), stdin: { kind: 'pipe', text: 'ID3 said' } });
      const { out, err } = await cli.run(...argv);
      expect(`${out}${err}`.length).toBeGreaterThan(0);
      expect(`${out}${err}`).not.toContain('c4nary');
    },
  );
});

it('calls the vendor, and prints its error message without the key', async () => {
  using cli = world({ env: { LLM_LAB: `openai+http://${KEY}@${host}/v1` } });
  const { code, err } = await cli.run('chat', 'lab/gpt-4o', 'hi');
  expect(code).not.toBe(0);
  expect(err).toContain('lab/gpt-4o answered 401');
});
