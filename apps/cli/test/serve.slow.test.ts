import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Script, WireServer } from '@majordomo/conformance';
import { sqliteStores } from '@majordomo/store-sqlite';
import { deferred, listen } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { folder, start, type Running } from './built.ts';
import { createdKey, inspectorCookie, started, startVendor, type Started } from './started.ts';
import { lab, trustConfigs, world } from './world.ts';

const CONFIG = { model: 'fast', aliases: { fast: 'lab/gpt-4o', smart: 'lab/down,lab/gpt-4o' } };
const hello: Script = ({ model }) => (model === 'down' ? { failure: 'unavailable' } : 'Hello.');

interface Serving<R> {
  readonly server: WireServer;
  readonly running: R;
  readonly url: string;
  readonly inspector: string;
  readonly cwd: string;
}

const TOKEN = 't0ken-of-the-inspector-0123456789';

interface ServingOptions {
  readonly argv?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly script?: Script;
}

/** Starts a vendor on 127.0.0.1, and the command that serves it, with an inspector. */
const serving = (options: ServingOptions = {}): Promise<Serving<Started>> => servingBy(started, options);

/** Does the same with the built command in a separate process. */
const servingInProcess = (options: ServingOptions = {}): Promise<Serving<Running>> =>
  servingBy(start, options);

async function servingBy<R extends Started | Running>(
  run: (argv: readonly string[], options: Parameters<typeof start>[1]) => R,
  { argv = [], files = {}, script = hello }: ServingOptions,
): Promise<Serving<R>> {
  const server = await startVendor(script);
  const hasConfig = Object.keys(files).some((name) => name.startsWith('majordomo.config'));
  const config = hasConfig ? {} : { 'majordomo.config.json': JSON.stringify(CONFIG) };
  const cwd = folder({ ...config, 'admin-token': `${TOKEN}\n`, ...files });
  const options = ['--port', '0', '--admin-token-file', 'admin-token', ...argv];
  const running = run(['serve', ...options], { cwd, env: lab(server) });
  const url = await running.outputMatching(/Serving .* at (\S+)/);
  return { server, running, url, inspector: `${url}/inspector?token=${TOKEN}`, cwd };
}

const chat = (
  url: string,
  model: string,
  more: RequestInit & { readonly stream?: true } = {},
): Promise<Response> => {
  const { stream, ...init } = more;
  const body = JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'hi' }] });
  return fetch(`${url}/v1/chat/completions`, { method: 'POST', body, ...init });
};

describe('majordomo serve', () => {
  it('sends to vendors with the fetch of undici, which adds no headers of browsers', async () => {
    const { server, url } = await serving();
    expect((await chat(url, 'fast')).status).toBe(200);
    const [request] = server.requests;
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(request?.headers['accept-encoding']).toBe('gzip, br');
    expect(request?.headers).not.toHaveProperty('sec-fetch-mode');
  });

  it('prints the addresses in three lines, and serves the names of the configuration', async () => {
    const { running, url } = await serving();
    const lines = running.out().split('\n');
    expect(lines).toEqual([
      `Serving default, fast, smart at ${url}`,
      `export OPENAI_BASE_URL=${url}/v1 ANTHROPIC_BASE_URL=${url}  # any key is accepted`,
      `Inspector: ${url}/inspector?token=TOKEN; the token is in admin-token`,
      '',
    ]);
    const answer = await chat(url, 'smart');
    expect([answer.headers.get('x-majordomo-target'), await answer.json()]).toMatchObject([
      'lab/gpt-4o',
      { model: 'smart', choices: [{ message: { content: 'Hello.' } }] },
    ]);
    expect((await chat(url, 'lab/gpt-4o')).status).toBe(404);
  });

  it('reports a failure that only the operator can resolve once', async () => {
    const script: Script = () => ({ failure: 'auth' });
    const { running, url } = await serving({ script });
    for (let n = 0; n < 2; n++) {
      const answer = await chat(url, 'fast');
      expect([answer.status, await answer.text()]).toEqual([
        502,
        expect.stringContaining('its operator receives the reason'),
      ]);
    }
    expect(running.err()).toMatch(/^auth: .*lab\/gpt-4o.*\n$/);
  });

  it('serves only the given names, including names outside the configuration', async () => {
    const { running, url } = await serving({
      argv: ['--models', 'fast', '--models', 'mine=lab/down,lab/gpt-4o'],
    });
    expect(running.out()).toContain('Serving fast, mine at');
    const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: readonly { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(['fast', 'mine']);
  });

  it('admits callers with a key of the file, and prints no key', async () => {
    const keys = '# who may ask\nteam-a c4nary-of-a\n\nc4nary-alone\n';
    const { running, url } = await serving({ argv: ['--key-file', 'keys'], files: { keys } });
    const requested = await Promise.all(
      [
        {},
        { authorization: 'Bearer c4nary-of-a' },
        { 'x-api-key': 'c4nary-alone' },
        { 'x-api-key': 'team-a' },
      ].map(async (headers) => (await chat(url, 'fast', { headers })).status),
    );
    expect(requested).toEqual([401, 200, 200, 401]);
    expect(running.out() + running.err()).not.toContain('c4nary');
    expect(running.out()).toContain('# keys from keys');
  });

  it.each([
    [[], 'Inspector: off; to enable it without a terminal, pass --admin-token-file FILE'],
    [['--no-inspector'], 'Inspector: off'],
  ])('prints no token if its output may be logged: serve %j', async (argv, line) => {
    const server = await startVendor(hello);
    const cwd = folder({ 'majordomo.config.json': JSON.stringify(CONFIG) });
    const running = started(['serve', '--port', '0', ...argv], { cwd, env: lab(server) });
    const url = await running.outputMatching(/Serving .* at (\S+)/);
    expect(running.out()).toContain(`${line}\n`);
    expect(running.out()).not.toContain('token=');
    expect((await fetch(`${url}/inspector`)).status).toBe(404);
  });

  it('rejects a file with a short admin token without showing it', async () => {
    const cwd = folder({ 'majordomo.config.json': JSON.stringify(CONFIG), short: 'c4nary' });
    const running = started(['serve', '--port', '0', '--admin-token-file', 'short'], { cwd });
    expect(await running.exitCode).toBe(2);
    expect(running.err()).toContain('short must contain one token of at least 16 ASCII characters');
    expect(running.err()).not.toContain('c4nary');
  });

  it('reloads the keys on SIGHUP, and uses the earlier keys if the file is invalid', async () => {
    const { running, url, cwd } = await servingInProcess({
      argv: ['--key-file', 'keys', '--no-watch'],
      files: { keys: 'a old\n' },
    });
    const statusOf = async (key: string): Promise<number> =>
      (await chat(url, 'fast', { headers: { 'x-api-key': key } })).status;
    expect([await statusOf('old'), await statusOf('new')]).toEqual([200, 401]);
    writeFileSync(join(cwd, 'keys'), 'a new\n');
    running.child.kill('SIGHUP');
    await running.outputMatching(/key file reloaded: keys/);
    expect([await statusOf('old'), await statusOf('new')]).toEqual([401, 200]);
    writeFileSync(join(cwd, 'keys'), 'three words here\n');
    running.child.kill('SIGHUP');
    await running.outputMatching(/key file not reloaded: keys: line 1 .*; the previous one stays in use/);
    expect(await statusOf('new')).toBe(200);
  });

  it('opens the inspector with the printed address, and later with its cookie', async () => {
    const { url, inspector } = await serving();
    expect((await fetch(`${url}/inspector`)).status).toBe(401);
    const entered = await fetch(inspector, { redirect: 'manual' });
    const [cookie = ''] = (entered.headers.get('set-cookie') ?? '').split(';');
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/inspector']);
    const page = await fetch(`${url}/inspector`, { headers: { cookie } });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>')]);
  });

  it('serves the presets of a router, and the inspector shows their plans', async () => {
    const routing = JSON.stringify(import.meta.resolve('@majordomo/routing'));
    const config = `
      import { createRouter } from ${routing};
      export default { router: createRouter({ presets: { best: 'lab/gpt-4o' } }) };`;
    const { running, url, inspector } = await serving({ files: { 'majordomo.config.mjs': config } });
    expect(running.out()).toContain('Serving best at');
    expect((await chat(url, 'best')).headers.get('x-majordomo-target')).toBe('lab/gpt-4o');
    const cookie = await inspectorCookie(inspector);
    const meaning = await fetch(`${url}/inspector/meaning?spec=best`, { headers: { cookie } });
    expect(await meaning.json()).toMatchObject({
      targets: [{ target: 'lab/gpt-4o' }],
      plan: { reason: expect.stringMatching(/\w/) as string },
    });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)('%s completes running responses and rejects new requests', async (signal, code) => {
    const { promise: released, resolve: release } = deferred();
    const { promise: isRequested, resolve: requested } = deferred();
    const script: Script = async () => {
      requested();
      await released;
      return 'Hello.';
    };
    const { running, url, inspector } = await servingInProcess({ script });
    // An open page does not keep the process alive.
    const cookie = await inspectorCookie(inspector);
    const page = await fetch(`${url}/inspector/events`, { headers: { cookie } });
    const answer = chat(url, 'fast', { stream: true });
    await isRequested;
    running.child.kill(signal);
    await running.outputMatching(/Answers in progress have 10 s to end/);
    await expect(chat(url, 'fast')).rejects.toThrow();
    release();
    expect(await (await answer).text()).toContain('[DONE]');
    expect(await running.exitCode).toBe(code);
    await page.body?.cancel().catch(() => undefined);
  });

  it('records costs by the tenants of the key file', async () => {
    const config = JSON.stringify({
      ...CONFIG,
      ledger: { limits: [{ name: 'one', max: { requests: 1 }, per: 'day', each: ['tenant'] }] },
    });
    const files = { keys: 'team-a one\nteam-b two\n', 'majordomo.config.json': config };
    const { running, url } = await serving({ argv: ['--key-file', 'keys'], files });
    const statuses: number[] = [];
    for (const key of ['one', 'one', 'two'])
      statuses.push((await chat(url, 'fast', { headers: { 'x-api-key': key } })).status);
    expect(await running.stop()).toBe(130);
    expect(statuses).toEqual([200, 429, 200]);
  });
});

/** Returns a port that another server uses. */
async function takenPort(): Promise<number> {
  return Number(new URL(await listen(createServer())).port);
}

it('a second server on the same port reports a remedy', async () => {
  const port = await takenPort();
  using cli = world({ env: { LLM_LAB: 'openai+http://127.0.0.1:9/v1' } });
  const result = await cli.run('serve', '--models', 'lab/x', '--port', String(port));
  expect([result.code, result.out, result.err]).toEqual([
    1,
    '',
    `majordomo: cannot listen on 127.0.0.1:${port}: the port is in use; --port 0 selects a free one\n`,
  ]);
});

it.each(['lab/x', 'mine=lab/x', 'mine=openai/gpt-5.4,lab/x'])(
  'reports an unknown quirk in a DSN of %s before it opens the port',
  async (name) => {
    const env = {
      LLM_LAB: 'openai+http://127.0.0.1:9/v1?maxTokenField=max_tokens',
      OPENAI_API_KEY: 'sk-test',
    };
    using cli = world({ env });
    const result = await cli.run('serve', '--models', name, '--port', String(await takenPort()));
    expect([result.code, result.out]).toEqual([2, '']);
    expect(result.err).toContain('LLM_LAB: unknown quirk "maxTokenField"');
    expect(result.err).toContain('did you mean "maxTokensField"?');
  },
);

describe('majordomo serve reports a mistake before it opens a port:', () => {
  it.each<[string, readonly string[]]>([
    ['no names to serve', []],
    ['--port must be a number from 0', ['--port', '65536']],
    ['--port must be a number from 0', ['--port', '']],
    ['unknown name "fats" (the configuration has none)', ['--models', 'fats']],
    ['--models must be name=spec', ['--models', '=lab/x']],
    ['accepts one name=spec, not "a=lab/x;b=lab/y"', ['--models', 'a=lab/x;b=lab/y']],
    ['accepts one name=spec', ['--models', 'a=lab/x,lab/z, b=lab/y']],
    ['accepts one name=spec', ['--models', 'a=lab/x;']],
    ['--models defines "a" twice; remove one', ['--models', 'a=lab/x', '--models', 'a=lab/y']],
    ['unknown provider "nobody"', ['--models', 'a=nobody/x']],
    ['--metrics must be admin or public', ['--models', 'lab/x', '--metrics', 'all']],
    ['--drain must be a number of milliseconds', ['--models', 'lab/x', '--drain', 'long']],
    ['nobody cannot be read: the file does not exist', ['--models', 'lab/x', '--key-file', 'nobody']],
    ['other users have access to open; run chmod 600 open', ['--models', 'lab/x', '--key-file', 'open']],
    ['none contains no key', ['--models', 'lab/x', '--key-file', 'none']],
    ['long: line 2 must be a key', ['--models', 'lab/x', '--key-file', 'long']],
    ['twice: line 3 repeats a key', ['--models', 'lab/x', '--key-file', 'twice']],
    ['umlaut: line 2 has a key that clients cannot send', ['--models', 'lab/x', '--key-file', 'umlaut']],
    ['utf16: line 1 has a key that clients cannot send', ['--models', 'lab/x', '--key-file', 'utf16']],
  ])('%s', async (expected, argv) => {
    // Windows has no permission bits for other users.
    if (process.platform === 'win32' && argv.includes('open')) return;
    const files = {
      open: 'c4nary',
      none: '# c4nary\n',
      long: 'c4nary\na b c4nary\n',
      twice: 'a c4nary\n\nb c4nary\n',
      umlaut: 'a c4nary\nb c4naryü\n',
      // Windows PowerShell writes redirected output like this.
      utf16: Buffer.from('\ufeffc4nary\n', 'utf16le'),
    };
    using cli = world({ env: { LLM_LAB: 'openai+http://127.0.0.1:9/v1' }, files });
    for (const name of ['none', 'long', 'twice', 'umlaut', 'utf16']) chmodSync(join(cli.cwd, name), 0o600);
    chmodSync(join(cli.cwd, 'open'), 0o644);
    const result = await cli.run('serve', ...argv);
    expect([result.code, result.out, result.err]).toEqual([2, '', expect.stringContaining(expected)]);
    expect(result.err).not.toContain('c4nary');
  });
});

describe('majordomo serve --keys', () => {
  it('admits virtual keys only, logs calls, and ends with all entries written', async () => {
    const argv = ['--keys', '--store', 'gateway.db', '--metrics', 'admin'];
    const { running, url, cwd } = await serving({ argv });
    const flags = ['--tenant', 'acme', '--store', 'gateway.db', '--calls-per-minute', '1'];
    const secret = await createdKey(['search', ...flags], { cwd });
    const headers = { authorization: `Bearer ${secret}` };
    expect((await chat(url, 'fast')).status).toBe(401);
    // At most one of the three calls can be in another minute.
    const statuses: number[] = [];
    for (let number = 0; number < 3; number++) statuses.push((await chat(url, 'fast', { headers })).status);
    expect([statuses[0], statuses.includes(429)]).toEqual([200, true]);
    const admin = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`, { headers: admin })).status).toBe(200);
    expect((await fetch(`${url}/metrics`, { headers })).status).toBe(403);
    await running.stop();
    const stores = sqliteStores(join(cwd, 'gateway.db'));
    const entries = await stores.calls.page({ limit: 10 });
    await stores.close();
    const logged = entries.map(({ tenant, outcome, status }) => `${tenant} ${outcome} ${status}`);
    const expected = statuses.map((status) => `acme ${status === 200 ? 'finished' : 'failed'} ${status}`);
    expect(logged.toSorted()).toEqual([...expected, 'acme refused 403', 'undefined refused 401'].toSorted());
    expect(readFileSync(join(cwd, 'gateway.db'), 'latin1') + running.out()).not.toContain(secret.slice(3));
  });

  it('rejects --keys with --key-file', async () => {
    using cli = world({ files: { keys: 'a secret-of-a\n' } });
    chmodSync(join(cli.cwd, 'keys'), 0o600);
    expect(await cli.run('serve', '--keys', '--key-file', 'keys')).toMatchObject({ code: 2 });
  });
});

describe('majordomo serve reloads its configuration', () => {
  const configOf = (aliases: Readonly<Record<string, string>>, more: object = {}): string =>
    JSON.stringify({ aliases, ...more });
  const names = async (url: string): Promise<readonly string[]> => {
    const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: readonly { id: string }[] };
    return data.map(({ id }) => id);
  };
  const write = (cwd: string, text: string): void => {
    writeFileSync(join(cwd, 'majordomo.config.json'), text);
    trustConfigs(cwd, ['majordomo.config.json']);
  };

  it.each<[string, readonly string[]]>([
    ['when the file changes', []],
    ['on a signal', ['--no-watch']],
  ])('%s, and uses the previous one if the new one is invalid', async (_, argv) => {
    const files = { 'majordomo.config.json': configOf({ fast: 'lab/gpt-4o' }) };
    const { running, url, cwd, inspector } = await serving({ argv, files });
    const change = (text: string): void => {
      write(cwd, text);
      if (argv.length > 0) running.reload();
    };
    change(configOf({ fast: 'lab/gpt-4o', other: 'lab/down,lab/gpt-4o' }));
    await running.outputMatching(/configuration reloaded: 2 models/);
    expect(await names(url)).toEqual(['fast', 'other']);
    expect((await chat(url, 'other')).headers.get('x-majordomo-target')).toBe('lab/gpt-4o');
    const cookie = await inspectorCookie(inspector);
    const meaning = await fetch(`${url}/inspector/meaning?spec=other`, { headers: { cookie } });
    expect(await meaning.json()).toMatchObject({
      targets: [{ target: 'lab/down' }, { target: 'lab/gpt-4o' }],
    });
    change('{ "aliases": ');
    await running.outputMatching(/configuration not reloaded: .*; the previous one stays in use/);
    change(configOf({ fast: 'nobody/gpt-4o' }));
    await running.outputMatching(/configuration not reloaded: .*nobody.*; the previous one stays in use/);
    expect(await names(url)).toEqual(['fast', 'other']);
    expect((await chat(url, 'other')).status).toBe(200);
  });

  it('reads a JavaScript file again, and applies its limits', async () => {
    const text = (limits: object): string =>
      `export default { aliases: { fast: 'lab/gpt-4o' }, ledger: { limits: [${JSON.stringify(limits)}] } };`;
    const config = 'majordomo.config.mjs';
    const one = { name: 'all', max: { calls: 1 }, per: 'ever' };
    const { running, url, cwd } = await serving({ argv: ['--no-watch'], files: { [config]: text(one) } });
    expect([(await chat(url, 'fast')).status, (await chat(url, 'fast')).status]).toEqual([200, 403]);
    for (const limit of [
      { ...one, max: { calls: -1 } },
      { ...one, max: { calls: 5 } },
    ]) {
      writeFileSync(join(cwd, config), text(limit));
      trustConfigs(cwd, [config]);
      running.reload();
      await running.outputMatching(limit.max.calls < 0 ? /not reloaded: .*\n/ : /configuration reloaded/);
    }
    expect((await chat(url, 'fast')).status).toBe(200);
  });

  it('reads a configuration again that has changed while it was loaded', async () => {
    // The first load of this file replaces the file, as an editor does at the same moment.
    const replaced = `export default { aliases: { later: 'lab/gpt-4o', more: 'lab/gpt-4o' } };`;
    const first = `import { writeFileSync } from 'node:fs';
      writeFileSync(new URL(import.meta.url).pathname, ${JSON.stringify(replaced)});
      export default { aliases: { fast: 'lab/gpt-4o' } };`;
    const server = await startVendor(hello);
    const cwd = folder();
    mkdirSync(join(cwd, 'majordomo'));
    writeFileSync(join(cwd, 'majordomo/config.mjs'), first);
    const env = { ...lab(server), XDG_CONFIG_HOME: cwd };
    const running = started(['serve', '--port', '0', '--no-inspector'], { cwd, env });
    await running.outputMatching(/Serving fast at/);
    await running.outputMatching(/configuration reloaded: 2 models/);
  });

  it('does not use the changed configuration of a project before it is trusted', async () => {
    const files = { 'majordomo.config.json': configOf({ fast: 'lab/gpt-4o' }) };
    const { running, cwd } = await serving({ files });
    writeFileSync(join(cwd, 'majordomo.config.json'), configOf({ mine: 'lab/gpt-4o' }));
    await running.outputMatching(/not reloaded: .*majordomo trust; the previous one stays in use/);
    trustConfigs(cwd, ['majordomo.config.json']);
    await running.outputMatching(/configuration reloaded: 1 models/);
  });
});

describe('the limits of the section `gateway`', () => {
  it('apply to requests, and a reload changes them', async () => {
    const config = (gateway: object): string => JSON.stringify({ aliases: { fast: 'lab/gpt-4o' }, gateway });
    const files = { 'majordomo.config.json': config({ maxElements: 1, maxSockets: 1 }) };
    const { running, url, cwd } = await serving({ files });
    const ask = async (count: number): Promise<number> => {
      const messages = Array.from({ length: count }, () => ({ role: 'user', content: 'hi' }));
      const body = JSON.stringify({ model: 'fast', messages });
      return (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })).status;
    };
    expect([await ask(1), await ask(2)]).toEqual([200, 400]);
    for (const [gateway, output] of [
      [{ maxTotalBodyBytes: 1 }, /not reloaded: .*maxTotalBodyBytes: must not be less than maxBodyBytes/],
      [{ maxElements: 2 }, /configuration reloaded/],
    ] as const) {
      writeFileSync(join(cwd, 'majordomo.config.json'), config(gateway));
      trustConfigs(cwd, ['majordomo.config.json']);
      await running.outputMatching(output);
    }
    expect([await ask(2), await ask(3)]).toEqual([200, 400]);
  });
});

describe('the section `gateway` of the configuration', () => {
  const CONFIG_OF = (gateway: object): Record<string, string> => ({
    'majordomo.config.json': JSON.stringify({ ...CONFIG, gateway }),
  });

  it('opens a store with keys, metrics and responses', async () => {
    const gateway = {
      store: '${FOLDER}/gateway.db',
      keys: true,
      metrics: 'public',
      cors: ['https://a.example'],
    };
    const server = await startVendor(hello);
    const cwd = folder(CONFIG_OF(gateway));
    const env = { ...lab(server), FOLDER: '.', MAJORDOMO_ADMIN_TOKEN: TOKEN };
    const running = started(['serve', '--port', '0'], { cwd, env });
    const url = await running.outputMatching(/Serving .* at (\S+)/);
    const secret = await createdKey(['app', '--url', url], { cwd, env });
    const headers = { authorization: `Bearer ${secret}`, origin: 'https://a.example' };
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    expect((await chat(url, 'fast')).status).toBe(401);
    const body = JSON.stringify({ model: 'fast', input: 'hi' });
    const first = await fetch(`${url}/v1/responses`, { method: 'POST', headers, body });
    const { id } = (await first.json()) as { id: string };
    const stored = await fetch(`${url}/v1/responses/${id}`, { headers });
    expect([first.headers.get('access-control-allow-origin'), stored.status]).toEqual([
      'https://a.example',
      200,
    ]);
    await running.stop();
    expect(running.out() + running.err()).not.toContain(secret);
  });

  it('makes background responses, which another gateway returns after a restart', async () => {
    const server = await startVendor(hello);
    const cwd = folder(CONFIG_OF({ store: './gateway.db', background: { keepMs: 60_000 } }));
    const env = lab(server);
    const body = JSON.stringify({ model: 'fast', input: 'hi', background: true });
    const first = started(['serve', '--port', '0'], { cwd, env });
    const url = await first.outputMatching(/Serving .* at (\S+)/);
    const created = await fetch(`${url}/v1/responses`, { method: 'POST', body });
    const { id, status } = (await created.json()) as { id: string; status: string };
    expect([created.status, status]).toEqual([200, 'queued']);
    const stateAt = async (base: string): Promise<unknown> => {
      const response = await fetch(`${base}/v1/responses/${id}`);
      return ((await response.json()) as { status: unknown }).status;
    };
    await expect.poll(() => stateAt(url), { timeout: 20_000 }).toBe('completed');
    writeFileSync(
      join(cwd, 'majordomo.config.json'),
      JSON.stringify({ ...CONFIG, gateway: { store: './gateway.db', background: true } }),
    );
    await first.stop();
    trustConfigs(cwd, ['majordomo.config.json']);
    const second = started(['serve', '--port', '0'], { cwd, env });
    const next = await second.outputMatching(/Serving .* at (\S+)/);
    expect(await stateAt(next)).toBe('completed');
    const events = await (await fetch(`${next}/v1/responses/${id}?stream=true`)).text();
    expect(events).toContain('response.completed');
    await second.stop();
  }, 120_000);

  it('stores files of clients, which another gateway returns after a restart', async () => {
    const cwd = folder(CONFIG_OF({ store: './gateway.db', files: { maxBytes: 2000 } }));
    const env = { LLM_LAB: 'openai+http://127.0.0.1:9/v1' };
    const upload = (url: string, text: string): Promise<Response> => {
      const body = new FormData();
      body.set('purpose', 'user_data');
      body.set('file', new File([text], 'a.txt'));
      return fetch(`${url}/v1/files`, { method: 'POST', body });
    };
    const first = started(['serve', '--port', '0'], { cwd, env });
    const url = await first.outputMatching(/Serving .* at (\S+)/);
    const { id } = (await (await upload(url, 'one')).json()) as { id: string };
    expect((await upload(url, 'x'.repeat(3000))).status).toBe(413);
    await first.stop();
    const second = started(['serve', '--port', '0'], { cwd, env });
    const next = await second.outputMatching(/Serving .* at (\S+)/);
    expect(await (await fetch(`${next}/v1/files/${id}/content`)).text()).toBe('one');
    await second.stop();
  }, 120_000);

  it('closes the store if a part that uses it is rejected', async () => {
    const gateway = { store: 'state.db', background: true, responses: false };
    const cwd = folder({ 'majordomo.config.json': JSON.stringify({ ...CONFIG, gateway }) });
    const { exitCode, err } = started(['serve', '--port', '0'], { cwd });
    expect([await exitCode, err()]).toEqual([2, expect.stringContaining('needs gateway.responses')]);
    // SQLite removes the log when the last connection closes.
    expect(readdirSync(cwd).filter((name) => name.startsWith('state.db'))).toEqual(['state.db']);
  });

  it('refuses files and background responses without a store, and background responses without stored responses', async () => {
    for (const [gateway, problem] of [
      [{ files: true }, 'gateway.files of the configuration needs a store'],
      [{ background: true }, 'gateway.background of the configuration needs a store'],
      [{ background: true, responses: false, store: './gateway.db' }, 'needs gateway.responses'],
    ] as const) {
      const env = { LLM_LAB: 'openai+http://127.0.0.1:9/v1' };
      const running = started(['serve', '--port', '0'], { cwd: folder(CONFIG_OF(gateway)), env });
      expect(await running.exitCode).toBe(2);
      expect(running.err()).toContain(problem);
    }
  });

  it('stores content that can be replayed only for the tenants of completeFor', async () => {
    const gateway = { store: 'gateway.db', keys: true, calls: { completeFor: ['acme'] } };
    const { running, url, cwd } = await serving({ files: CONFIG_OF(gateway) });
    for (const tenant of ['acme', 'globex']) {
      const secret = await createdKey([tenant, '--tenant', tenant, '--store', 'gateway.db'], { cwd });
      const headers = { authorization: `Bearer ${secret}` };
      expect((await chat(url, 'fast', { headers })).status).toBe(200);
    }
    await running.stop();
    const stores = sqliteStores(join(cwd, 'gateway.db'));
    const formats = new Map<unknown, unknown>();
    for (const { id } of await stores.calls.page({ limit: 10 })) {
      const entry = await stores.calls.get(id);
      formats.set(entry?.tenant, entry?.content?.format);
    }
    await stores.close();
    expect(formats).toEqual(
      new Map([
        ['acme', 'majordomo-chat/1'],
        ['globex', undefined],
      ]),
    );
  });

  it('accepts WebSockets at /v1/responses only with sockets', async () => {
    for (const sockets of [true, undefined]) {
      const { running, url } = await serving({ files: CONFIG_OF({ sockets }) });
      const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/responses`);
      const answer = await new Promise<string>((resolve) => {
        socket.onerror = () => resolve('refused');
        socket.onopen = () => {
          socket.send(JSON.stringify({ type: 'response.create', model: 'fast', input: 'hi', store: false }));
        };
        socket.onmessage = ({ data }) => {
          const { type } = JSON.parse(String(data)) as { readonly type: string };
          if (type === 'response.completed') resolve(type);
        };
      });
      expect(answer).toBe(sockets === true ? 'response.completed' : 'refused');
      socket.close();
      await running.stop();
    }
  });

  it('reports a missing variable, and members with a wrong type', async () => {
    const missing = started(['serve', '--port', '0'], {
      cwd: folder(CONFIG_OF({ store: 'postgres://${HOST}/db' })),
    });
    expect(await missing.exitCode).toBe(2);
    expect(missing.err()).toContain('gateway.store of the configuration needs the variable HOST; set it');
    for (const gateway of [
      { metrics: 'all' },
      { calls: { keep: 1 } },
      { calls: { completeFor: 'acme' } },
      { files: { maxBytes: 0 } },
      { maxConcurrent: 0 },
      { maxElements: 0 },
      { maxSockets: 1.5 },
      { maxTotalBodyBytes: '1' },
      { shop: true },
    ]) {
      const invalid = started(['serve', '--port', '0'], { cwd: folder(CONFIG_OF(gateway)) });
      expect(await invalid.exitCode).toBe(2);
      expect(invalid.err()).toMatch(/gateway\.\w+.* (must be|is not a known member)/);
    }
  });
});
