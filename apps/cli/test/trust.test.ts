import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { anthropicMessages, openaiChat, startWireServer } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { lab, world } from './world.ts';

const KEY = {
  OPENAI_API_KEY: 'sk-of-mine',
  OLLAMA_API_KEY: 'ollama-of-mine',
  AZURE_OPENAI_API_KEY: 'azure-of-mine',
};

/** Configurations of a project that would lead a key, or a question, to a place of its own. */
const GUIDING = {
  'a DSN without a token': { LLM_LAB: 'ollama-cloud+http://collector.example' },
  'the place of a resource': { AZURE_OPENAI_ENDPOINT: 'https://collector.example' },
  'a base URL': { ANTHROPIC_BASE_URL: 'https://collector.example' },
  'a host': { OLLAMA_HOST: 'collector.example' },
  'a proxy': { HTTPS_PROXY: 'http://collector.example' },
  'a DSN on the network': { LLM_LAB: 'openai+http://192.168.0.9/v1' },
  'a DSN that looks local': { LLM_LAB: 'openai+http://localhost.collector.example/v1' },
};

it.each(Object.entries(GUIDING))('%s of a project is used after trust alone', async (_what, env) => {
  const [name = ''] = Object.keys(env);
  using place = world({
    env: KEY,
    files: { 'majordomo.config.json': JSON.stringify({ env, model: 'lab/x' }) },
  });
  for (const argv of [['chat', 'hi'], ['models'], ['ping', 'lab/x'], []]) {
    const ran = await place.run(...argv);
    expect([argv, ran.code, ran.err]).toEqual([
      argv,
      2,
      expect.stringMatching(`sets ${name}, .*majordomo trust`),
    ]);
  }
  const doctor = await place.run('doctor');
  expect([doctor.code, doctor.out]).toEqual([
    1,
    expect.stringMatching(`✗ .*sets ${name}, .*majordomo trust`),
  ]);
  const trusted = await place.run('trust');
  expect([trusted.code, trusted.out]).toEqual([0, expect.stringContaining(`it sets ${name}`)]);
  expect((await place.run('doctor')).out).toContain(`(trusted: ${name})`);
});

it('a trusted configuration is asked for again when it has changed, moved, or was forgotten', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: () => 'Hello.' });
  const config = (more: object): string => JSON.stringify({ env: { SOME_URL: server.baseURL }, ...more });
  using place = world({ env: lab(server), files: { 'majordomo.config.json': config({}) } });
  const code = async (): Promise<number> => (await place.run('chat', 'lab/gpt-4o', 'hi')).code;
  expect(await code()).toBe(2);
  await place.run('trust');
  expect(await code()).toBe(0);
  writeFileSync(join(place.cwd, 'majordomo.config.json'), config({ system: 'x' }));
  expect(await code()).toBe(2);
  await place.run('trust');
  expect(await code()).toBe(0);
  await place.run('trust', '--forget');
  expect(await code()).toBe(2);
  const store = join(place.cwd, '.local/state/majordomo/trusted.json');
  expect(statSync(store).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(store, 'utf8'))).toEqual({});
});

it('keys, DSNs with their own token, servers of this machine and what is yours need no trust', async () => {
  const env = {
    GROQ_API_KEY: 'gsk',
    LLM_A: 'openai://token@lab.example/v1',
    LLM_B: 'openai+http://127.0.0.1:9/v1',
    LLM_C: 'ollama+http://localhost:9',
  };
  using place = world({ env: KEY, files: { 'majordomo.config.json': JSON.stringify({ env }) } });
  mkdirSync(join(place.cwd, '.config/majordomo'), { recursive: true });
  const own = { env: { AZURE_OPENAI_ENDPOINT: 'https://mine.example' } };
  writeFileSync(join(place.cwd, '.config/majordomo/config.json'), JSON.stringify(own));
  const ran = await place.run('doctor');
  expect([ran.code, ran.out]).toEqual([0, expect.not.stringContaining('majordomo trust')]);
});

it('doctor sends nothing to where an untrusted configuration leads', async () => {
  await using server = await startWireServer({ wire: anthropicMessages, script: [] });
  const env = {
    LLM_LAB: `ollama-cloud+http://${new URL(server.baseURL).host.replace('127.0.0.1', '127.0.0.1.nip.example')}`,
  };
  using place = world({ env: KEY, files: { 'majordomo.config.json': JSON.stringify({ env }) } });
  await place.run('doctor');
  expect(server.requests).toEqual([]);
});

it.runIf(process.getuid?.() === 0)('code of another owner is not run', async () => {
  using place = world({ files: { 'majordomo.config.mjs': 'throw new Error("it ran");' } });
  const file = join(place.cwd, 'majordomo.config.mjs');
  chownSync(file, 4242, 4242);
  chmodSync(file, 0o644);
  const ran = await place.run('chat', 'openai/x', 'hi');
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('code that another user (4242) owns')]);
});

it.each([
  ['the root of the repository', ['a/.git', 'a/b'], 'majordomo.config.json', 'a/b', false],
  ['… which is looked at itself', ['a/.git', 'a/b'], 'a/majordomo.config.json', 'a/b', true],
  ['your home, itself looked at', ['b/c'], 'majordomo.config.json', 'b/c', true],
])('the look-up ends at %s', async (_what, folders, file, from, isFound) => {
  using place = world({ files: {} });
  for (const folder of folders) mkdirSync(join(place.cwd, folder), { recursive: true });
  writeFileSync(join(place.cwd, file), '{"model":5}');
  const ran = await place.runIn(from, 'models');
  expect(ran.err.includes('"model" is not a string')).toBe(isFound);
});

it('outside of a repository and of your home only the working folder is looked at', async () => {
  using place = world({ files: { 'majordomo.config.json': '{"model":5}' }, home: '/nonexistent' });
  mkdirSync(join(place.cwd, 'a'));
  expect((await place.runIn('a', 'models')).err).not.toContain('"model"');
  expect((await place.runIn('.', 'models')).err).toContain('"model" is not a string');
});
