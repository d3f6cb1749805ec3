import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileVault } from '@majordomo/credentials/node';
import * as credentials from '@majordomo/credentials';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  CLIENT,
  startAuthority,
  type TestAuthority,
} from '../../../packages/credentials/test/support/authority.ts';
import { loginOf, storeLogin } from '../src/vault/logins.ts';
import { world, type RunOutput, type World, type WorldOptions } from './world.ts';

const KEY = 'sk-c4nary-of-the-vault';
const VAULT = '.local/share/majordomo/vault.json';

/** Vendor that rejects every request and records its key. */
async function startVendor() {
  const keys: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    keys.push(String(request.headers['api-key']));
    response.writeHead(403).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    keys,
    env: { AZURE_OPENAI_ENDPOINT: `http://127.0.0.1:${port}/` },
    [Symbol.dispose]: () => void server.close(),
  };
}

const outputOf = ({ out, err }: RunOutput): string => out + err;

describe('majordomo vault', () => {
  it('stores a key from standard input, readable by its owner only, and never prints it', async () => {
    using place = world({ stdin: { kind: 'pipe', text: ` ${KEY}\n` } });
    const ran = await place.run('vault', 'set', 'azure');
    const file = join(place.cwd, VAULT);
    expect(ran).toMatchObject({ code: 0, out: `stored the key azure in ${file}\n`, err: '' });
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain(KEY);
    const all = [
      await place.run('vault'),
      await place.run('vault', 'list', '--json'),
      await place.run('doctor'),
    ];
    expect(all.map(outputOf).join('')).not.toContain('c4nary');
    expect(all[0]?.out).toBe('azure  a key\n');
    expect(JSON.parse(all[1]?.out ?? '')).toEqual([{ name: 'azure', kind: 'key' }]);
    expect((await place.run('vault', 'remove', 'azure')).out).toBe('removed azure\n');
    expect((await place.run('vault')).out).toBe(`${file} contains no keys.\n`);
  });

  it('prompts for a key on a terminal, where the user may cancel', async () => {
    using place = world({ stdin: { kind: 'terminal' }, terminal: true, answers: [KEY] });
    expect((await place.run('vault', 'set', 'openai')).code).toBe(0);
    using shy = world({ stdin: { kind: 'terminal' }, terminal: true });
    expect((await shy.run('vault', 'set', 'openai')).code).toBe(130);
  });

  it('reports a variable that takes precedence over the key, and a key that no provider uses', async () => {
    using place = world({ stdin: { kind: 'pipe', text: KEY }, env: { OPENAI_API_KEY: 'other' } });
    expect((await place.run('vault', 'set', 'openai')).err).toBe(
      'OPENAI_API_KEY in the environment takes precedence.\n',
    );
    expect((await place.run('vault', 'set', 'opnai')).err).toContain(
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
    using place = world({ ...(stdin && { stdin }) });
    const ran = await place.run('vault', ...args);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain(expected);
  });
});

describe('a key of the vault', () => {
  it('is used only if the environment contains none', async () => {
    using vendor = await startVendor();
    const stdin = { kind: 'pipe', text: KEY } as const;
    using place = world({ stdin, env: vendor.env });
    await place.run('vault', 'set', 'azure');
    await place.run('chat', 'azure/mine', 'hi', '-q');
    using rich = world({
      home: place.cwd,
      env: { ...vendor.env, AZURE_OPENAI_API_KEY: 'key-of-the-environment' },
    });
    await rich.run('chat', 'azure/mine', 'hi', '-q');
    expect(vendor.keys).toEqual([KEY, 'key-of-the-environment']);
  });

  it('is listed by doctor with its kind, without its value', async () => {
    using vendor = await startVendor();
    using place = world({
      stdin: { kind: 'pipe', text: KEY },
      env: { ...vendor.env, OPENAI_API_KEY: 'of-env' },
    });
    for (const name of ['azure', 'openai', 'mine']) await place.run('vault', 'set', name);
    const { out } = await place.run('doctor');
    expect(out).toMatch(/✓ azure +a key \(the vault\)\n/);
    expect(out).toMatch(/✓ openai +OPENAI_API_KEY \(environment\), before a key \(the vault\)\n/);
    expect(out).toContain(`${join(place.cwd, VAULT)}; no provider of the command uses mine\n`);
    expect(out).not.toContain('c4nary');
  });

  it('in the wrong setting is not printed by doctor', async () => {
    using place = world({
      env: { OPENAI_API_KEY: 'c4nary-1618033988' },
      files: {
        'majordomo.config.json': JSON.stringify({
          aliases: { odd: `nope/c4nary-1618033988`, own: `nope/dckr_pat_${'c4naryX'.repeat(4)}` },
        }),
      },
    });
    for (const args of [['doctor'], ['doctor', '--json']]) {
      const ran = await place.run(...args);
      expect(ran.code).toBe(1);
      expect(ran.out).toContain('nope/[redacted]');
      expect(outputOf(ran)).not.toContain('c4nary');
    }
  });

  it('that cannot be read does not affect calls that do not need it', async () => {
    using vendor = await startVendor();
    using place = world({ env: { ...vendor.env, AZURE_OPENAI_API_KEY: 'key-of-the-environment' } });
    mkdirSync(join(place.cwd, '.local/share/majordomo'), { recursive: true });
    writeFileSync(join(place.cwd, VAULT), '{"broken');
    await place.run('chat', 'azure/mine', 'hi', '-q');
    expect(vendor.keys).toEqual(['key-of-the-environment']);
    const ran = await place.run('doctor');
    expect([ran.code, ran.out]).toEqual([1, expect.stringMatching(/✗ the vault +.*vault\.json/)]);
    expect((await place.run('vault')).code).toBe(2);
  });
});

describe('majordomo login', () => {
  let authority: TestAuthority;
  beforeAll(async () => {
    // The server prints a notice that it is for tests only.
    vi.spyOn(console, 'info').mockReturnValue(undefined);
    vi.spyOn(console, 'warn').mockReturnValue(undefined);
    // Tokens expire at once, so that every use refreshes them.
    authority = await startAuthority(1);
  });
  afterAll(async () => {
    await authority.close();
    vi.restoreAllMocks();
  });

  /** User with a browser and configured `logins`. */
  const personal = (logins: object, options: WorldOptions = {}): World => {
    const place = world({
      ...options,
      onErr: (text) => {
        const [, url] = /^Open (\S+)/.exec(text) ?? [];
        if (url !== undefined) void authority.browse(url).then((back) => fetch(back));
      },
    });
    mkdirSync(join(place.cwd, '.config/majordomo'), { recursive: true });
    writeFileSync(join(place.cwd, '.config/majordomo/config.json'), JSON.stringify({ logins }));
    return place;
  };
  const azure = () => ({
    azure: { issuer: authority.issuer, clientId: CLIENT, scopes: ['openid', 'offline_access', 'api'] },
  });

  it('stores the tokens, renews them for chat, and deletes and revokes them', async () => {
    using vendor = await startVendor();
    using place = personal(azure(), { env: vendor.env });
    const file = join(place.cwd, VAULT);
    const ran = await place.run('login', 'azure');
    expect([ran.code, ran.out]).toEqual([0, `stored the login azure in ${file}\n`]);
    const before = await fileVault({ path: file }).update('azure', (now) => now && { ...now, expiresAt: 1 });
    authority.requestPaths.length = 0;
    await place.run('chat', 'azure/mine', 'hi', '-q');
    expect(authority.requestPaths).toContain('/token');
    const after = await fileVault({ path: file }).get('azure');
    expect(vendor.keys.at(-1)).toBe(after?.value.reveal());
    expect(after?.value.reveal()).not.toBe(before?.value.reveal());
    const expected = await place.run('doctor');
    expect(expected.out).toMatch(/✓ azure +a login, renewed after \d{4}-.* \(the vault\)/);
    authority.requestPaths.length = 0;
    expect((await place.run('logout', 'azure')).out).toBe('removed the login azure\n');
    expect(authority.requestPaths).toContain('/token/revocation');
    expect(await fileVault({ path: file }).list()).toEqual([]);
    for (const token of [before, after])
      expect([ran, expected].map(outputOf).join('')).not.toContain(token?.value.reveal());
  });

  it('that has expired is reported with its remedy by chat and doctor', async () => {
    using vendor = await startVendor();
    using place = personal(azure(), { env: vendor.env });
    const dead = {
      kind: 'oauth',
      value: credentials.secret('t'),
      dead: 'the authorization server returned invalid_grant',
    } as const;
    await fileVault({ path: join(place.cwd, VAULT) }).update('azure', () => dead);
    expect((await place.run('chat', 'azure/mine', 'hi')).err).toContain('"azure" needs a new login');
    const { code, out } = await place.run('doctor');
    expect([code, out]).toEqual([
      1,
      expect.stringContaining(
        'an expired login (the authorization server returned invalid_grant); log in again: majordomo login azure',
      ),
    ]);
    expect(vendor.keys).toEqual([]);
  });

  it('at OpenRouter needs no client id', async () => {
    const prompts: unknown[] = [];
    const router = createServer((request, response) => {
      void (async () => {
        for await (const chunk of request) prompts.push(JSON.parse(String(chunk)));
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ key: KEY }));
      })();
    });
    await new Promise<void>((listening) => router.listen(0, '127.0.0.1', listening));
    const origin = `http://127.0.0.1:${(router.address() as AddressInfo).port}`;
    const endpoints = { authorize: `${origin}/auth`, token: `${origin}/keys` };
    using place = world({
      onErr: (text) => {
        const callback = URL.parse(/^Open (\S+)/.exec(text)?.[1] ?? '')?.searchParams.get('callback_url');
        if (typeof callback === 'string') void fetch(`${callback}&code=granted`);
      },
    });
    mkdirSync(join(place.cwd, '.config/majordomo'), { recursive: true });
    writeFileSync(
      join(place.cwd, '.config/majordomo/config.json'),
      JSON.stringify({ logins: { openrouter: { endpoints } } }),
    );
    const ran = await place.run('login', 'openrouter');
    router.close();
    expect([ran.code, outputOf(ran).includes('c4nary')]).toEqual([0, false]);
    expect(prompts).toMatchObject([{ code: 'granted', code_challenge_method: 'S256' }]);
    expect((await place.run('vault')).out).toBe('openrouter  a login\n');
  });

  it('stores the client id for renewals', async () => {
    using place = world();
    const io = { home: place.cwd, env: {} };
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
    const ran = await other.run('login', 'githubModels');
    expect([ran.code, ran.err]).toEqual([
      2,
      expect.stringContaining('githubModels needs --client-id, or clientId in `logins`'),
    ]);
    expect(ran.err).toContain('Your OAuth app or GitHub App');
  });

  it('ends with Ctrl-C and stores nothing', async () => {
    const leave = new AbortController();
    using place = personal(azure(), { signal: leave.signal });
    const ran = place.run('login', 'azure', '--device');
    await expect.poll(() => authority.requestPaths.some((path) => path.endsWith('/device/auth'))).toBe(true);
    leave.abort();
    expect((await ran).code).toBe(130);
    expect(await fileVault({ path: join(place.cwd, VAULT) }).list()).toEqual([]);
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
    using place = world();
    const ran = await place.run(...args);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain(expected);
  });

  it('does not use the issuer of a project before the configuration is trusted', async () => {
    const logins = { openai: { issuer: 'https://evil.example', clientId: 'x' } };
    using place = world({
      files: { 'majordomo.config.json': JSON.stringify({ logins }) },
      trusted: false,
    });
    const ran = await place.run('login', 'openai');
    expect(ran.err).toContain('is not used, because it is not trusted');
    expect(ran.err + ran.out).not.toContain('evil.example');
    using http = world({
      files: { 'majordomo.config.json': '{"logins":{"lab":{"issuer":"http://far.example","clientId":"x"}}}' },
    });
    expect((await http.run('login', 'lab')).err).toContain('issuer: must be https');
    using invalid = world({ files: { 'majordomo.config.json': '{"logins":{"lab":{"issuer":5}}}' } });
    expect((await invalid.run('login', 'lab')).err).toContain('"logins" must be an object of logins');
  });
});
