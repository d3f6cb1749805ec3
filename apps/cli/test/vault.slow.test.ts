import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileVault } from '@majordomo/credentials/node';
import * as credentials from '@majordomo/credentials';
import { answers, testServer, type TestServer } from '@majordomo/test-support';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  CLIENT,
  startAuthority,
  type TestAuthority,
} from '../../../packages/calls/credentials/test/support/authority.ts';
import { loginOf, storeLogin } from '../src/vault/logins.ts';
import { world, type RunOutput, type World, type WorldOptions } from './world.ts';

const KEY = 'sk-c4nary-of-the-vault';
const VAULT = '.local/share/majordomo/vault.json';

/** Vendor that rejects every request. */
const startVendor = (): Promise<TestServer> => testServer((response) => void response.writeHead(403).end());
const envOf = ({ origin }: TestServer) => ({ AZURE_OPENAI_ENDPOINT: `${origin}/` });
const keysSentTo = ({ requests }: TestServer): unknown[] => requests.map(({ headers }) => headers['api-key']);

const outputOf = ({ out, err }: RunOutput): string => out + err;

describe('majordomo vault', () => {
  it('stores a key from standard input, readable by its owner only, and never prints it', async () => {
    using cli = world({ stdin: { kind: 'pipe', text: ` ${KEY}\n` } });
    const result = await cli.run('vault', 'set', 'azure');
    const file = join(cli.cwd, VAULT);
    expect(result).toMatchObject({ code: 0, out: `stored the key azure in ${file}\n`, err: '' });
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain(KEY);
    const outputs = [
      await cli.run('vault'),
      await cli.run('vault', 'list', '--json'),
      await cli.run('doctor'),
    ];
    expect(outputs.map(outputOf).join('')).not.toContain('c4nary');
    expect(outputs[0]?.out).toBe('azure  a key\n');
    expect(JSON.parse(outputs[1]?.out ?? '')).toEqual([{ name: 'azure', kind: 'key' }]);
    expect((await cli.run('vault', 'remove', 'azure')).out).toBe('removed azure\n');
    expect((await cli.run('vault')).out).toBe(`${file} contains no keys.\n`);
  });

  it('prompts for a key on a terminal, where the user may cancel', async () => {
    using cli = world({ stdin: { kind: 'terminal' }, terminal: true, answers: [KEY] });
    expect((await cli.run('vault', 'set', 'openai')).code).toBe(0);
    using cancelling = world({ stdin: { kind: 'terminal' }, terminal: true });
    expect((await cancelling.run('vault', 'set', 'openai')).code).toBe(130);
  });

  it('reports a variable that takes precedence over the key, and a key that no provider uses', async () => {
    using cli = world({ stdin: { kind: 'pipe', text: KEY }, env: { OPENAI_API_KEY: 'other' } });
    expect((await cli.run('vault', 'set', 'openai')).err).toBe(
      'OPENAI_API_KEY in the environment takes precedence.\n',
    );
    expect((await cli.run('vault', 'set', 'opnai')).err).toContain(
      'No provider of the command is called "opnai"; did you mean "openai"?',
    );
  });

  it.each<readonly [WorldOptions['stdin'], readonly string[], string]>([
    [{ kind: 'pipe', text: ' \n' }, ['set', 'openai'], 'the key is empty; enter or pipe the key'],
    [{ kind: 'pipe', text: 'one\ntwo' }, ['set', 'openai'], 'the key contains spaces or control characters'],
    [{ kind: 'pipe', text: 'a\u0000b' }, ['set', 'openai'], 'the key contains spaces or control characters'],
    [{ kind: 'none' }, ['set', 'openai'], 'majordomo vault set openai < file'],
    [{ kind: 'pipe', text: KEY }, ['set', '../x'], 'the name of a key must have 1 to 64'],
    [{ kind: 'pipe', text: KEY }, ['remove', 'openai'], 'unknown key "openai"'],
    [{ kind: 'pipe', text: KEY }, ['set', 'openai', KEY], 'too many arguments'],
  ])('%j %j is a usage error', async (stdin, args, expected) => {
    using cli = world({ ...(stdin && { stdin }) });
    const result = await cli.run('vault', ...args);
    expect([result.code, result.out]).toEqual([2, '']);
    expect(result.err).toContain(expected);
  });
});

describe('a key of the vault', () => {
  it('is used only if the environment contains none', async () => {
    await using vendor = await startVendor();
    const stdin = { kind: 'pipe', text: KEY } as const;
    using cli = world({ stdin, env: envOf(vendor) });
    await cli.run('vault', 'set', 'azure');
    await cli.run('chat', 'azure/mine', 'hi', '-q');
    using rich = world({
      home: cli.cwd,
      env: { ...envOf(vendor), AZURE_OPENAI_API_KEY: 'key-of-the-environment' },
    });
    await rich.run('chat', 'azure/mine', 'hi', '-q');
    expect(keysSentTo(vendor)).toEqual([KEY, 'key-of-the-environment']);
  });

  it('is listed by doctor with its kind, without its value', async () => {
    await using vendor = await startVendor();
    using cli = world({
      stdin: { kind: 'pipe', text: KEY },
      env: { ...envOf(vendor), OPENAI_API_KEY: 'of-env' },
    });
    for (const name of ['azure', 'openai', 'mine']) await cli.run('vault', 'set', name);
    const { out } = await cli.run('doctor');
    expect(out).toMatch(/✓ azure +a key \(the vault\)\n/);
    expect(out).toMatch(/✓ openai +OPENAI_API_KEY \(environment\), before a key \(the vault\)\n/);
    expect(out).toContain(`${join(cli.cwd, VAULT)}; no provider of the command uses mine\n`);
    expect(out).not.toContain('c4nary');
  });

  it('in the wrong setting is not printed by doctor', async () => {
    using cli = world({
      env: { OPENAI_API_KEY: 'c4nary-1618033988' },
      files: {
        'majordomo.config.json': JSON.stringify({
          aliases: { odd: `nope/c4nary-1618033988`, own: `nope/dckr_pat_${'c4naryX'.repeat(4)}` },
        }),
      },
    });
    for (const args of [['doctor'], ['doctor', '--json']]) {
      const result = await cli.run(...args);
      expect(result.code).toBe(1);
      expect(result.out).toContain('nope/[redacted]');
      expect(outputOf(result)).not.toContain('c4nary');
    }
  });

  it('that cannot be read does not affect calls that do not need it', async () => {
    await using vendor = await startVendor();
    using cli = world({ env: { ...envOf(vendor), AZURE_OPENAI_API_KEY: 'key-of-the-environment' } });
    mkdirSync(join(cli.cwd, '.local/share/majordomo'), { recursive: true });
    writeFileSync(join(cli.cwd, VAULT), '{"broken');
    await cli.run('chat', 'azure/mine', 'hi', '-q');
    expect(keysSentTo(vendor)).toEqual(['key-of-the-environment']);
    const result = await cli.run('doctor');
    expect([result.code, result.out]).toEqual([1, expect.stringMatching(/✗ the vault +.*vault\.json/)]);
    expect((await cli.run('vault')).code).toBe(2);
  });
});

describe('majordomo login', () => {
  let authority: TestAuthority;
  beforeAll(async () => {
    // The server prints a notice that it is for tests only.
    vi.spyOn(console, 'info').mockReturnValue(undefined);
    vi.spyOn(console, 'warn').mockReturnValue(undefined);
    // Tokens expire immediately, so that every use refreshes them.
    authority = await startAuthority(1);
  });
  afterAll(async () => {
    await authority.close();
    vi.restoreAllMocks();
  });

  /** User with a browser and configured `logins`. */
  const worldWithLogins = (logins: object, options: WorldOptions = {}): World => {
    const cli = world({
      ...options,
      onErr: (text) => {
        const [, url] = /^Open (\S+)/.exec(text) ?? [];
        if (url !== undefined) void authority.browse(url).then((back) => fetch(back));
      },
    });
    mkdirSync(join(cli.cwd, '.config/majordomo'), { recursive: true });
    writeFileSync(join(cli.cwd, '.config/majordomo/config.json'), JSON.stringify({ logins }));
    return cli;
  };
  const azure = () => ({
    azure: { issuer: authority.issuer, clientId: CLIENT, scopes: ['openid', 'offline_access', 'api'] },
  });

  it('stores the tokens, renews them for chat, and deletes and revokes them', async () => {
    await using vendor = await startVendor();
    using cli = worldWithLogins(azure(), { env: envOf(vendor) });
    const file = join(cli.cwd, VAULT);
    const result = await cli.run('login', 'azure');
    expect([result.code, result.out]).toEqual([0, `stored the login azure in ${file}\n`]);
    const before = await fileVault({ path: file }).update('azure', (now) => now && { ...now, expiresAt: 1 });
    authority.requestPaths.length = 0;
    await cli.run('chat', 'azure/mine', 'hi', '-q');
    expect(authority.requestPaths).toContain('/token');
    const after = await fileVault({ path: file }).get('azure');
    expect(keysSentTo(vendor).at(-1)).toBe(after?.value.reveal());
    expect(after?.value.reveal()).not.toBe(before?.value.reveal());
    const expected = await cli.run('doctor');
    expect(expected.out).toMatch(/✓ azure +a login, renewed after \d{4}-.* \(the vault\)/);
    authority.requestPaths.length = 0;
    expect((await cli.run('logout', 'azure')).out).toBe('removed the login azure\n');
    expect(authority.requestPaths).toContain('/token/revocation');
    expect(await fileVault({ path: file }).list()).toEqual([]);
    for (const token of [before, after])
      expect([result, expected].map(outputOf).join('')).not.toContain(token?.value.reveal());
  });

  it('that has expired is reported with its remedy by chat and doctor', async () => {
    await using vendor = await startVendor();
    using cli = worldWithLogins(azure(), { env: envOf(vendor) });
    const dead = {
      kind: 'oauth',
      value: credentials.secret('t'),
      dead: 'the authorization server returned invalid_grant',
    } as const;
    await fileVault({ path: join(cli.cwd, VAULT) }).update('azure', () => dead);
    expect((await cli.run('chat', 'azure/mine', 'hi')).err).toContain('"azure" needs a new login');
    const { code, out } = await cli.run('doctor');
    expect([code, out]).toEqual([
      1,
      expect.stringContaining(
        'an expired login (the authorization server returned invalid_grant); log in again: majordomo login azure',
      ),
    ]);
    expect(keysSentTo(vendor)).toEqual([]);
  });

  it('at OpenRouter needs no client id', async () => {
    await using router = await testServer(answers({ key: KEY }));
    const endpoints = { authorize: `${router.origin}/auth`, token: `${router.origin}/keys` };
    using cli = world({
      onErr: (text) => {
        const callback = URL.parse(/^Open (\S+)/.exec(text)?.[1] ?? '')?.searchParams.get('callback_url');
        if (typeof callback === 'string') void fetch(`${callback}&code=granted`);
      },
    });
    mkdirSync(join(cli.cwd, '.config/majordomo'), { recursive: true });
    writeFileSync(
      join(cli.cwd, '.config/majordomo/config.json'),
      JSON.stringify({ logins: { openrouter: { endpoints } } }),
    );
    const result = await cli.run('login', 'openrouter');
    expect([result.code, outputOf(result).includes('c4nary')]).toEqual([0, false]);
    expect(router.requests).toMatchObject([{ body: { code: 'granted', code_challenge_method: 'S256' } }]);
    expect((await cli.run('vault')).out).toBe('openrouter  a login\n');
  });

  it('stores the client id for renewals', async () => {
    using cli = world();
    const io = { home: cli.cwd, env: {} };
    storeLogin('github-models', { preset: 'githubModels', clientId: 'mine' }, io);
    for (const called of ['githubModels', 'github-models']) {
      expect(loginOf(called, undefined, {}, credentials, io)).toMatchObject({
        name: 'github-models',
        options: { clientId: 'mine', endpoints: credentials.oauthPresets.githubModels.endpoints },
      });
    }
    storeLogin('github-models', undefined, io);
    expect(() => loginOf('githubModels', undefined, {}, credentials, io)).toThrow('needs --client-id');
    using other = world();
    const result = await other.run('login', 'githubModels');
    expect([result.code, result.err]).toEqual([
      2,
      expect.stringContaining('githubModels needs --client-id, or clientId in `logins`'),
    ]);
    expect(result.err).toContain('Your OAuth app or GitHub App');
  });

  it.each(['google', 'vertex'] as const)(
    'named %s has its own scopes after a login with the other preset',
    (called) => {
      using cli = world();
      const io = { home: cli.cwd, env: {} };
      storeLogin('google', { preset: called === 'google' ? 'vertex' : 'google', clientId: 'mine' }, io);
      expect(loginOf(called, undefined, {}, credentials, io)).toMatchObject({
        name: 'google',
        options: { clientId: 'mine', scopes: credentials.oauthPresets[called].scopes },
      });
    },
  );

  it('keeps the stored client id at a login without --client-id', async () => {
    const logins = { lab: { issuer: authority.issuer, scopes: ['openid', 'offline_access', 'api'] } };
    using cli = worldWithLogins(logins);
    expect((await cli.run('login', 'lab', '--client-id', CLIENT)).code).toBe(0);
    expect((await cli.run('login', 'lab')).code).toBe(0);
    expect((await cli.run('login', 'lab')).code).toBe(0);
  });

  it('ends with Ctrl-C and stores nothing', async () => {
    const leave = new AbortController();
    using cli = worldWithLogins(azure(), { signal: leave.signal });
    const result = cli.run('login', 'azure', '--device');
    await expect.poll(() => authority.requestPaths.some((path) => path.endsWith('/device/auth'))).toBe(true);
    leave.abort();
    expect((await result).code).toBe(130);
    expect(await fileVault({ path: join(cli.cwd, VAULT) }).list()).toEqual([]);
  });

  it.each([
    [
      ['login', 'openruter'],
      'unknown login "openruter" (logins: openrouter, codex, google, vertex, githubModels); add others with `logins` in majordomo.config; did you mean "openrouter"?',
    ],
    [['logout', 'openrouter'], 'unknown login "openrouter"'],
    [['logout', 'nobody'], 'unknown login "nobody"'],
    [['login', '__proto__'], 'unknown login "__proto__"'],
  ])('%j is rejected: %s', async (args, expected) => {
    using cli = world();
    const result = await cli.run(...args);
    expect([result.code, result.out]).toEqual([2, '']);
    expect(result.err).toContain(expected);
  });

  it('does not use the issuer of a project before the configuration is trusted', async () => {
    const logins = { openai: { issuer: 'https://evil.example', clientId: 'x' } };
    using cli = world({
      files: { 'majordomo.config.json': JSON.stringify({ logins }) },
      trusted: false,
    });
    const result = await cli.run('login', 'openai');
    expect(result.err).toContain('is not used, because it is not trusted');
    expect(result.err + result.out).not.toContain('evil.example');
    using http = world({
      files: { 'majordomo.config.json': '{"logins":{"lab":{"issuer":"http://far.example","clientId":"x"}}}' },
    });
    expect((await http.run('login', 'lab')).err).toContain('issuer: must be https');
    using invalid = world({ files: { 'majordomo.config.json': '{"logins":{"lab":{"issuer":5}}}' } });
    expect((await invalid.run('login', 'lab')).err).toContain('logins.lab.issuer must be a string');
  });
});
