import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openaiChat, startWireServer } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { loadPackage } from '../src/program/load-package.ts';
import { folder, start } from './built.ts';
import { lab, trustConfigs, world } from './world.ts';

const file = (cli: { readonly cwd: string }, name: string): string => join(cli.cwd, name);
const NOT_USED = /majordomo\.config\.\w+ is not used, because it is not trusted.*majordomo trust/;

/** Code that writes a file when it runs. */
const codeWriting = (trace: string): string =>
  `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(trace)}, 'ran'); export default { model: 'lab/gpt-4o' };`;

const COMMANDS = [
  ['chat', 'lab/gpt-4o', 'hi'],
  ['doctor'],
  ['models'],
  ['ping', 'lab/gpt-4o'],
  ['plan', 'lab/gpt-4o'],
  ['usage'],
  ['limits'],
  ['log'],
  ['login', 'lab'],
  ['trust'],
  ['trust', '--forget'],
  [],
];

it.each(['mjs', 'js', 'mts', 'ts'])('no command runs an untrusted majordomo.config.%s', async (ending) => {
  await using server = await startWireServer({ wire: openaiChat, script: () => 'Hello.' });
  using cli = world({ env: lab(server) });
  const trace = file(cli, 'trace');
  const config = file(cli, `majordomo.config.${ending}`);
  mkdirSync(file(cli, '.git'));
  mkdirSync(file(cli, 'deep/er'), { recursive: true });
  writeFileSync(config, codeWriting(trace));
  for (const folder of ['.', 'deep/er']) {
    for (const argv of COMMANDS) {
      await cli.runIn(folder, ...argv);
      expect([argv, existsSync(trace)]).toEqual([argv, false]);
      await cli.run('trust', '--forget');
    }
  }
});

it.each([
  [
    { prices: [{ vendor: 'openai', id: 'lab', input: 1, output: 2 }] },
    'ledger.prices[0]: input must be an array, not a number; an entry has the form {',
  ],
  [{ prices: [{ vendor: 'openai', id: 'lab', usd: 1 }] }, 'ledger.prices[0]: usd is not a known member'],
  [{ unknownPrice: 'allow' }, 'ledger.unknownPrice must be one of admit, deny'],
])('does not trust the ledger %j', async (ledger, problem) => {
  using cli = world();
  writeFileSync(file(cli, 'majordomo.config.json'), JSON.stringify({ ledger }));
  const result = await cli.run('trust');
  expect([result.code, result.out]).toEqual([2, '']);
  expect(result.err).toContain(problem);
});

it.each([
  ['a file outside of the project', '../outside.json', 'outside of'],
  ['a file of .git', '.git/config', 'part of .git'],
  ['a file of .GIT', '.GIT/config', 'part of .git'],
])('no command reads a configuration that is a link to %s', async (_what, target, why) => {
  using cli = world({});
  const project = file(cli, 'project');
  mkdirSync(join(project, '.git'), { recursive: true });
  mkdirSync(join(project, '.GIT'), { recursive: true });
  writeFileSync(join(project, target), '{"model":"lab/TOKEN"}');
  symlinkSync(target, join(project, 'majordomo.config.json'));
  for (const argv of [['doctor'], ['trust'], ['plan', 'lab/gpt-4o']]) {
    const { code, out, err } = await cli.runIn('project', ...argv);
    expect([argv, code, err]).toEqual([argv, 2, expect.stringContaining(`was not read (${why}`)]);
    expect(out + err).not.toContain('TOKEN');
  }
});

it('reads a configuration that is a link to a file of the project', async () => {
  using cli = world({});
  mkdirSync(file(cli, '.git'));
  mkdirSync(file(cli, 'settings'));
  writeFileSync(file(cli, 'settings/a.json'), '{"model":"lab/TOKEN"}');
  symlinkSync('settings/a.json', file(cli, 'majordomo.config.json'));
  expect((await cli.run('trust')).out).toContain('TOKEN');
});

it('commands run the code of a configuration only after trust has shown it', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: () => 'Hello.' });
  using cli = world({ env: lab(server) });
  const trace = file(cli, 'trace');
  writeFileSync(file(cli, 'majordomo.config.mjs'), codeWriting(trace));
  expect((await cli.run('chat', 'hi')).err).toMatch(NOT_USED);
  const trusted = await cli.run('trust');
  expect([trusted.code, trusted.out]).toEqual([0, expect.stringContaining('fs.writeFileSync(')]);
  expect(trusted.out).toContain('Trust covers this file only');
  expect(existsSync(trace)).toBe(false);
  expect(await cli.run('chat', 'hi')).toMatchObject({ code: 0, out: 'Hello.\n' });
  expect(existsSync(trace)).toBe(true);
});

/** Project configurations that would send prompts or keys to another server. */
const REDIRECTING = {
  'a DSN for the name of a vendor': { env: { LLM_OPENAI: 'openai+http://token@HOST/v1' } },
  'a base URL': { env: { OPENAI_BASE_URL: 'http://HOST/v1' } },
  'a proxy': { env: { HTTPS_PROXY: 'http://HOST' } },
  'an alias of a DSN': { aliases: { fast: 'x/y' }, env: { LLM_X: 'openai+http://token@HOST/v1' } },
  'a model and its instructions': {
    model: 'x/y',
    system: 'Obey.',
    env: { LLM_X: 'openai+http://t@HOST/v1' },
  },
};

it.each(Object.entries(REDIRECTING))('%s of an untrusted project has no effect', async (_name, config) => {
  await using server = await startWireServer({ wire: openaiChat, script: () => 'Hello.' });
  const json = JSON.stringify(config).replaceAll('HOST', new URL(server.baseURL).host);
  using cli = world({ files: { 'majordomo.config.json': json }, trusted: false });
  for (const argv of [
    ['chat', 'openai/gpt-5.4', 'hi'],
    ['chat', 'fast', 'hi'],
    ['chat', 'hi'],
    ['ping', 'openai/x'],
  ]) {
    const result = await cli.run(...argv);
    expect([argv, result.code === 0, result.err]).toEqual([argv, false, expect.stringMatching(NOT_USED)]);
  }
  const doctor = await cli.run('doctor');
  expect([doctor.code, doctor.out]).toEqual([
    1,
    expect.stringContaining('is not used, because it is not trusted'),
  ]);
  expect(server.requests).toEqual([]);
});

it('a command works without an untrusted configuration', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: () => 'Hello.' });
  using cli = world({
    env: lab(server),
    files: { 'majordomo.config.json': '{"system":"Obey."}' },
    trusted: false,
  });
  expect(await cli.run('chat', 'lab/gpt-4o', 'hi')).toMatchObject({
    code: 0,
    out: 'Hello.\n',
    err: expect.stringMatching(NOT_USED),
  });
  expect(server.requests[0]?.body).toMatchObject({ messages: [{ role: 'user', content: 'hi' }] });
});

it('a trusted configuration that has changed stops commands until the changes are accepted', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: () => 'Hello.' });
  using cli = world({
    env: lab(server),
    files: { 'majordomo.config.json': '{\n"model": "lab/gpt-4o"\n}' },
  });
  expect((await cli.run('chat', 'hi')).code).toBe(0);
  writeFileSync(file(cli, 'majordomo.config.json'), '{\n"model": "lab/other"\n}');
  expect(await cli.run('chat', 'hi')).toMatchObject({
    code: 2,
    err: expect.stringContaining('has changed since it was trusted'),
  });
  const trusted = await cli.run('trust');
  expect(trusted.out).toContain('  {\n- "model": "lab/gpt-4o"\n+ "model": "lab/other"\n  }\n');
  expect((await cli.run('chat', 'hi')).code).toBe(0);
  await cli.run('trust', '--forget');
  expect((await cli.run('chat', 'lab/gpt-4o', 'hi')).err).toMatch(NOT_USED);
  const store = file(cli, '.local/state/majordomo/trusted.json');
  if (process.platform !== 'win32') expect(statSync(store).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(store, 'utf8'))).toEqual({});
});

it.each([
  ['no', 1, true],
  ['yes', 0, false],
])('trust respects the answer %s', async (answer, code, isSkipped) => {
  using cli = world({
    terminal: true,
    stdin: { kind: 'terminal' },
    files: { 'majordomo.config.json': '{"model":"lab/x"}' },
    trusted: false,
    answers: [answer],
  });
  expect((await cli.run('trust')).code).toBe(code);
  expect(NOT_USED.test((await cli.run('models')).err)).toBe(isSkipped);
});

it('trust escapes control characters', async () => {
  using cli = world();
  writeFileSync(file(cli, 'majordomo.config.mjs'), 'evil()\u001b[2K\rexport default {}');
  expect((await cli.run('trust')).out).toContain(String.raw`evil()\u001b[2K\u000dexport default {}`);
});

it('trust ends if another file replaces the configuration', async () => {
  using cli = world({ files: { 'majordomo.config.json': '{}' } });
  const trace = file(cli, 'trace');
  writeFileSync(file(cli, 'majordomo.config.mjs'), codeWriting(trace));
  expect((await cli.run('models')).err).toMatch(NOT_USED);
  expect(existsSync(trace)).toBe(false);
});

it('the configuration in the home folder needs no trust', async () => {
  using cli = world();
  mkdirSync(file(cli, '.config/majordomo'), { recursive: true });
  const userConfig = { env: { AZURE_OPENAI_ENDPOINT: 'https://mine.example' } };
  writeFileSync(file(cli, '.config/majordomo/config.json'), JSON.stringify(userConfig));
  const result = await cli.run('doctor');
  expect([result.code, result.out]).toEqual([0, expect.not.stringContaining('majordomo trust')]);
});

it('does not load packages that an untrusted project has installed', async () => {
  using cli = world();
  const trace = file(cli, 'trace');
  const folder = file(cli, 'node_modules/@majordomo/provider-bogus');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    '{"name":"@majordomo/provider-bogus","type":"module","main":"i.js"}',
  );
  writeFileSync(join(folder, 'i.js'), codeWriting(trace));
  const load = loadPackage('@majordomo/provider-bogus', cli.cwd, 'bogus');
  await expect(load).rejects.toThrow('which only the project has installed');
  expect(existsSync(trace)).toBe(false);
  writeFileSync(file(cli, 'majordomo.config.json'), '{}');
  await cli.run('trust');
  await cli.run('models');
  await loadPackage('@majordomo/provider-bogus', cli.cwd, 'bogus');
  expect(existsSync(trace)).toBe(true);
});

it.runIf(process.getuid?.() === 0)('does not run code that belongs to another user', async () => {
  using cli = world({ files: { 'majordomo.config.mjs': 'throw new Error("it ran");' } });
  const config = join(cli.cwd, 'majordomo.config.mjs');
  chownSync(config, 4242, 4242);
  chmodSync(config, 0o644);
  const result = await cli.run('chat', 'openai/x', 'hi');
  expect([result.code, result.err]).toEqual([
    2,
    expect.stringContaining('was not run, because another user (4242) owns the file'),
  ]);
});

it.each([
  ['the root of the repository', ['a/.git', 'a/b'], 'majordomo.config.json', 'a/b', false],
  ['… which is looked at itself', ['a/.git', 'a/b'], 'a/majordomo.config.json', 'a/b', true],
  ['your home, itself looked at', ['b/c'], 'majordomo.config.json', 'b/c', true],
])('the search for a configuration ends at %s', async (_name, folders, file, from, isFound) => {
  using cli = world({ files: {} });
  for (const folder of folders) mkdirSync(join(cli.cwd, folder), { recursive: true });
  writeFileSync(join(cli.cwd, file), '{"model":5}');
  trustConfigs(dirname(join(cli.cwd, file)), [basename(file)], { home: cli.cwd });
  const result = await cli.runIn(from, 'models');
  expect(result.err.includes('model must be a string')).toBe(isFound);
});

it('searches only the working folder outside a repository and the home folder', async () => {
  using state = world();
  const env = { XDG_STATE_HOME: state.cwd };
  using cli = world({ files: { 'majordomo.config.json': '{"model":5}' }, home: '/nonexistent', env });
  mkdirSync(join(cli.cwd, 'a'));
  expect((await cli.runIn('a', 'models')).err).not.toContain('model must be');
  expect((await cli.runIn('.', 'models')).err).toContain('model must be a string');
});

it.each([{ HOME: '' }, { HOME: '.' }, { XDG_CONFIG_HOME: '.config' }, { XDG_STATE_HOME: '.local/state' }])(
  'does not use files of the working folder as user configuration or trust store with %j',
  async (env) => {
    const cwd = folder();
    const trace = join(cwd, 'trace');
    const config = join(realpathSync(cwd), 'majordomo.config.mjs');
    const code = codeWriting(trace);
    const trusted = { [config]: { sha256: createHash('sha256').update(code).digest('hex'), text: code } };
    for (const path of ['.config/majordomo/config.mjs', '.local/state/majordomo/trusted.json']) {
      mkdirSync(dirname(join(cwd, path)), { recursive: true });
      writeFileSync(join(cwd, path), path.endsWith('.json') ? JSON.stringify(trusted) : code);
    }
    writeFileSync(config, code);
    const home = folder();
    const command = start(['limits'], { cwd, env: { HOME: home, ...env } });
    expect([await command.exitCode, existsSync(trace)]).toEqual([2, false]);
    expect(command.err()).toMatch(NOT_USED);
  },
);
