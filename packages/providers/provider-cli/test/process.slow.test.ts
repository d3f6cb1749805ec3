import { existsSync } from 'node:fs';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { createMajordomo, LlmError, user } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { failureOf, testFolder } from '@majordomo/test-support';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCli } from '../src/index.ts';
import { callModel } from './calls.ts';
import { fakeCli, waitForExit, SAYS_HELLO } from './fake-cli.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a CLI that responds', () => {
  it('returns its text, session, usage and cost', async () => {
    await using cli = await fakeCli(SAYS_HELLO);
    const { text, id, finish, rawFinish, usage } = await callModel(
      createCli({ cli: 'claude', command: cli.command }),
    );
    expect({ text, id, finish, rawFinish }).toEqual({
      text: 'Hello',
      id: 's1',
      finish: 'stop',
      rawFinish: 'end_turn',
    });
    expect(usage).toEqual({
      input: 6,
      output: 4,
      cacheRead: 2,
      cacheWrite: 1,
      reasoning: undefined,
      details: { reportedNanoUsd: '185000' },
    });
  });

  it('receives a prompt of 200 KiB on stdin and not on its command line', async () => {
    await using cli = await fakeCli(
      `write('prompt', stdin()); write('args', process.argv.join(' ')); ${SAYS_HELLO}`,
    );
    const prompt = 'ä'.repeat(100 * 1024);
    await callModel(createCli({ cli: 'claude', command: cli.command }), { messages: [user(prompt)] });
    expect(await cli.wrote('prompt')).toBe(prompt);
    expect(await cli.wrote('args')).not.toContain('ä');
  });

  it('receives the prompt as an argument with the option, after the end of the flags', async () => {
    await using cli = await fakeCli(`write('args', JSON.stringify(process.argv.slice(-2))); ${SAYS_HELLO}`);
    await callModel(createCli({ cli: 'claude', command: cli.command, prompt: 'argument' }));
    expect(JSON.parse(await cli.wrote('args'))).toEqual(['--', 'hi']);
    const huge = { messages: [user('x'.repeat(200 * 1024))] };
    const { error } = await callModel(
      createCli({ cli: 'claude', command: cli.command, prompt: 'argument' }),
      huge,
    );
    expect(error).toMatchObject({ kind: 'config', details: { code: 'too-large' } });
  });

  it('may print 5 MB', async () => {
    await using cli = await fakeCli(`
      const piece = 'x'.repeat(1000);
      for (let n = 0; n < 5000; n++) say({ type: 'stream_event', event: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } } });
      ${SAYS_HELLO}`);
    const { text } = await callModel(createCli({ cli: 'claude', command: cli.command }));
    expect(text.replace(/Hello$/, '')).toHaveLength(5_000_000);
  });

  it('may print 5 MB in one line, up to the limit', async () => {
    await using cli = await fakeCli(`say({ type: 'result', result: 'x'.repeat(5_000_000) });`);
    expect((await callModel(createCli({ cli: 'claude', command: cli.command }))).text).toHaveLength(
      5_000_000,
    );
    const { error } = await callModel(
      createCli({ cli: 'claude', command: cli.command, maxOutputBytes: 1_000_000 }),
    );
    expect(error).toMatchObject({ kind: 'protocol', details: { code: 'output-too-large' } });
    expect(error?.message).toBe(
      'anthropic-cli/default: the CLI printed more than 1000000 bytes; raise maxOutputBytes',
    );
  });

  it('may split its output inside a character', async () => {
    await using cli = await fakeCli(`
      const bytes = Buffer.from(JSON.stringify({ type: 'result', result: 'a é ж 世 🌍' }) + '\\n');
      let at = 0;
      const next = () => { if (at < bytes.length) { process.stdout.write(bytes.subarray(at, ++at)); setImmediate(next); } };
      next();`);
    expect((await callModel(createCli({ cli: 'claude', command: cli.command }))).text).toBe('a é ж 世 🌍');
  });

  it('may print notices and colors between its lines', async () => {
    await using cli = await fakeCli(`
      process.stdout.write('Update available!\\n\\u001b[32m{"type":"system","subtype":"init","session_id":"s1"}\\u001b[0m\\n');
      process.stderr.write('[STARTUP] noise\\n');
      ${SAYS_HELLO}`);
    expect((await callModel(createCli({ cli: 'claude', command: cli.command }))).text).toBe('Hello');
  });

  it('may leave a child that holds its output open', async () => {
    await using cli = await fakeCli(`
      const { spawn } = require('node:child_process');
      const helper = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: ['ignore', 'inherit', 'ignore'] });
      write('pid', helper.pid);
      process.stdout.write('Hello\\n', () => process.exit(0));`);
    const { text, finish } = await callModel(
      createCli({ cli: 'claude', command: cli.command, output: 'text' }),
    );
    expect([text, finish]).toEqual(['Hello', 'stop']);
    await waitForExit(Number(await cli.wrote('pid')));
  });
});

describe('plain text', () => {
  it('is read without terminal codes and surrounding blanks, at any chunk boundaries', async () => {
    await using cli = await fakeCli(`
      const bytes = Buffer.from('\\n  \\u001b[1m\\u001b[32mHé\\u001b[0mllo\\n\\nworld\\u001b]0;title\\u0007  \\n\\n');
      let at = 0;
      const next = () => { if (at < bytes.length) { process.stdout.write(bytes.subarray(at, ++at)); setImmediate(next); } };
      next();`);
    const { text, finish, usage } = await callModel(
      createCli({ cli: 'gemini', command: cli.command, output: 'text' }),
    );
    expect({ text, finish, usage }).toEqual({ text: 'Héllo\n\nworld', finish: 'stop', usage: undefined });
  });

  it('replaces machine output for an older CLI, also in later calls', async () => {
    await using cli = await fakeCli(`
      const calls = (fs.existsSync(folder + '/calls') ? Number(fs.readFileSync(folder + '/calls')) : 0) + 1;
      write('calls', calls);
      if (process.argv.includes('stream-json')) { console.error("error: unknown option '--output-format'"); process.exit(1); }
      console.log('Hello');`);
    const model = createMajordomo({ providers: [createCli({ cli: 'claude', command: cli.command })] }).model(
      'anthropic-cli/x',
    );
    const { text, warnings } = await model.generate({ messages: [user('hi')] });
    expect(text).toBe('Hello');
    expect(warnings).toMatchObject([
      { action: 'repaired', what: 'requested plain-text output, which reports no usage' },
    ]);
    await model.generate({ messages: [user('hi')] });
    expect(await cli.wrote('calls')).toBe('3');
  });

  it('without a character is an empty response', async () => {
    await using cli = await fakeCli(`console.log('   ');`);
    const provider = createCli({ cli: 'claude', command: cli.command, output: 'text' });
    const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('anthropic-cli/x');
    expect((await failureOf(model.generate({ messages: [user('hi')] }))).kind).toBe('empty');
  });
});

describe('a CLI that fails', () => {
  it.each([
    [
      'with a status and a message',
      `console.error('boom\\nsecond line'); process.exit(3);`,
      'server',
      /boom/,
    ],
    ['with a status and no output', `process.exit(3);`, 'server', /ended with status 3 without output/],
    ['by a signal', `process.kill(process.pid, 'SIGKILL');`, 'server', /was ended by SIGKILL/],
    [
      'with a message only',
      `console.error('only noise');`,
      'truncated',
      /ended without a response: only noise/,
    ],
    ['without any output', ``, 'truncated', /ended without a response$/],
    [
      'in the middle',
      `say({ type: 'assistant', message: { content: [{ type: 'text', text: 'Hel' }] } });`,
      'truncated',
      /without a response/,
    ],
  ])('%s', async (_name, body, kind, message) => {
    await using cli = await fakeCli(body);
    const { error, finish } = await callModel(createCli({ cli: 'claude', command: cli.command }));
    expect(error?.kind).toBe(kind);
    expect(error?.message).toMatch(message);
    expect(finish).toBeUndefined();
  });

  it('hides the keys of its environment', async () => {
    await using cli = await fakeCli(
      `console.error('bad key ' + process.env.ANTHROPIC_API_KEY); process.exit(1);`,
    );
    const env = { ANTHROPIC_API_KEY: 'not-of-a-known-shape-12345' };
    const { error } = await callModel(createCli({ cli: 'claude', command: cli.command }), {}, { env });
    expect(error?.message).toContain('bad key ***');
    expect(JSON.stringify(error)).not.toContain('12345');
  });

  it.each([
    ['is not there', async () => '/nowhere/claude', 'missing-command', /was not found/],
    ['is not in PATH', async () => 'no-such-cli', 'missing-command', /"no-such-cli" was not found/],
    [
      'is not executable',
      async (folder: string) => {
        await writeFile(join(folder, 'cli'), '#!/bin/sh\n');
        await chmod(join(folder, 'cli'), 0o644);
        return join(folder, 'cli');
      },
      'not-executable',
      /is not executable/,
    ],
    [
      'has no interpreter',
      async (folder: string) => {
        await writeFile(join(folder, 'cli'), '#!/no/such/interpreter\n', { mode: 0o755 });
        return join(folder, 'cli');
      },
      'not-executable',
      /its interpreter .* does not exist/,
    ],
  ])('that %s is a config error', async (_name, make, code, message) => {
    const folder = testFolder();
    const { error } = await callModel(createCli({ cli: 'claude', command: await make(folder) }));
    expect(error).toMatchObject({ kind: 'config', details: { code } });
    expect(error?.message).toMatch(message);
  });
});

describe('a CLI that hangs', () => {
  /** A CLI and a helper that ignore SIGTERM. */
  const STUBBORN = `
    const { spawn } = require('node:child_process');
    process.on('SIGTERM', () => {});
    const helper = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setTimeout(() => {}, 60_000)"], { stdio: 'inherit' });
    write('helper', helper.pid);
    write('leader', process.pid);
    setTimeout(() => {}, 60_000);`;
  const pids = async (cli: { wrote(name: string): Promise<string> }): Promise<number[]> =>
    Promise.all(['leader', 'helper'].map(async (name) => Number(await cli.wrote(name))));

  it('ends with its children on abort', async () => {
    await using cli = await fakeCli(STUBBORN);
    const controller = new AbortController();
    const call = callModel(
      createCli({ cli: 'claude', command: cli.command }),
      {},
      { signal: controller.signal },
    );
    const group = await pids(cli);
    controller.abort();
    expect((await call).error?.kind).toBe('aborted');
    for (const pid of group) await waitForExit(pid);
  });

  it('ends with its children at the timeout', async () => {
    await using cli = await fakeCli(STUBBORN);
    const call = callModel(createCli({ cli: 'claude', command: cli.command, timeouts: { totalMs: 1500 } }));
    const group = await pids(cli);
    const { error } = await call;
    expect(error).toMatchObject({ kind: 'timeout', details: { phase: 'total' } });
    expect(error?.message).toMatch(/: the process did not end within 1500 ms; raise timeouts\.totalMs$/);
    for (const pid of group) await waitForExit(pid);
  });

  it('has no timeout by default', async () => {
    await using cli = await fakeCli(`
      setTimeout(() => say({ type: 'result', subtype: 'success', result: 'Hello' }), 50);`);
    const { error } = await callModel(
      createCli({ cli: 'claude', command: cli.command, timeouts: { totalMs: Infinity } }),
    );
    expect(error?.kind).not.toBe('timeout');
  });

  it('ends when the consumer leaves the loop', async () => {
    await using cli = await fakeCli(`
      write('leader', process.pid);
      say({ type: 'assistant', message: { content: [{ type: 'text', text: 'Hel' }] } });
      setTimeout(() => {}, 60_000);`);
    const { text } = await callModel(createCli({ cli: 'claude', command: cli.command }), {}, {}, (events) =>
      events.some(({ type }) => type === 'text-delta') ? 'leave' : undefined,
    );
    expect(text).toBe('');
    await waitForExit(Number(await cli.wrote('leader')));
  });

  it('after its response returns the response', async () => {
    await using cli = await fakeCli(
      `write('leader', process.pid); ${SAYS_HELLO} setTimeout(() => {}, 60_000);`,
    );
    expect((await callModel(createCli({ cli: 'claude', command: cli.command }))).text).toBe('Hello');
    await waitForExit(Number(await cli.wrote('leader')));
  });

  it('is not started with an aborted signal', async () => {
    await using cli = await fakeCli(`write('started', 1);`);
    const { error } = await callModel(
      createCli({ cli: 'claude', command: cli.command }),
      {},
      { signal: AbortSignal.abort() },
    );
    expect(error?.kind).toBe('aborted');
    expect(await readdir(cli.folder)).toEqual(['fake-cli']);
  });
});

describe('the environment of a CLI', () => {
  const REPORTS = `
    write('env', JSON.stringify(process.env)); write('cwd', process.cwd()); write('files', fs.readdirSync('.').join());
    write('args', JSON.stringify(process.argv.slice(2)));
    const flag = process.argv.indexOf('--append-system-prompt-file');
    for (const file of [process.env.GEMINI_SYSTEM_MD, 'AGENTS.md', flag === -1 ? undefined : process.argv[flag + 1]])
      if (file && fs.existsSync(file)) write('system', fs.readFileSync(file));
    write('prompt', stdin());
    ${SAYS_HELLO}`;

  it('consists of few variables, with its own keys', async () => {
    await using cli = await fakeCli(REPORTS);
    const env = {
      PATH: '/bin',
      HOME: '/home/u',
      LC_ALL: 'C',
      XDG_CONFIG_HOME: '/x',
      https_proxy: 'http://p',
      ANTHROPIC_API_KEY: 'k1',
      CLAUDE_CONFIG_DIR: '/c',
      OPENAI_API_KEY: 'k2',
      AWS_SECRET: 'k3',
      DATABASE_URL: 'd',
      NODE_OPTIONS: '--inspect',
    };
    await callModel(createCli({ cli: 'claude', command: cli.command }), {}, { env });
    const { DATABASE_URL, OPENAI_API_KEY, NODE_OPTIONS, ...childEnv } = JSON.parse(await cli.wrote('env'));
    expect([DATABASE_URL, OPENAI_API_KEY, NODE_OPTIONS]).toEqual([undefined, undefined, undefined]);
    expect(childEnv).toMatchObject({
      PATH: '/bin',
      HOME: '/home/u',
      LC_ALL: 'C',
      ANTHROPIC_API_KEY: 'k1',
      NO_COLOR: '1',
    });
    expect(childEnv).toMatchObject({
      XDG_CONFIG_HOME: '/x',
      https_proxy: 'http://p',
      CLAUDE_CONFIG_DIR: '/c',
    });
  });

  it('is that of the application if set', async () => {
    await using cli = await fakeCli(REPORTS);
    await callModel(
      createCli({ cli: 'claude', command: cli.command, childEnv: { ONLY: 'this' } }),
      {},
      { env: { HOME: '/h' } },
    );
    const { ONLY, HOME, NO_COLOR } = JSON.parse(await cli.wrote('env'));
    expect({ ONLY, HOME, NO_COLOR }).toEqual({ ONLY: 'this', HOME: undefined, NO_COLOR: undefined });
  });

  it('has a temporary folder, or that of the application', async () => {
    await using cli = await fakeCli(REPORTS);
    await callModel(createCli({ cli: 'claude', command: cli.command }));
    expect(await cli.wrote('files')).toBe('');
    const cwd = await cli.wrote('cwd');
    await expect.poll(() => existsSync(cwd)).toBe(false);
    await callModel(createCli({ cli: 'claude', command: cli.command, cwd: cli.folder }), {
      system: 'Be brief.',
    });
    expect(await cli.wrote('cwd')).toBe(cli.folder);
    expect(await readdir(cli.folder)).toContain('args');
  });

  it.each(['claude', 'gemini', 'codex', 'opencode', 'cursor-agent'] as const)(
    'has the system text in the file of %s, not on the command line',
    async (name) => {
      await using cli = await fakeCli(REPORTS);
      await callModel(createCli({ cli: name, command: cli.command }), { system: 'Be brief.' });
      expect(await cli.wrote('system')).toBe('Be brief.');
      expect(await cli.wrote('prompt')).toBe('hi');
      expect(await cli.wrote('args')).not.toContain('brief');
    },
  );

  it('has the system text in the prompt in the application’s folder', async () => {
    await using cli = await fakeCli(REPORTS);
    await callModel(createCli({ cli: 'codex', command: cli.command, cwd: cli.folder }), {
      system: 'Be brief.',
    });
    expect(await cli.wrote('prompt')).toMatch(/<<< system\nBe brief\.\n\n<<< user\nhi/);
    expect(await readdir(cli.folder)).not.toContain('AGENTS.md');
  });

  it.each(['claude', 'gemini', 'codex', 'opencode', 'cursor-agent'] as const)(
    'lets %s request permission by default, and rejects the option for root',
    async (name) => {
      await using cli = await fakeCli(REPORTS);
      const skips = /dangerously|yolo|--force|--auto/;
      await callModel(createCli({ cli: name, command: cli.command }));
      expect(await cli.wrote('args')).not.toMatch(skips);
      const bold = createCli({ cli: name, command: cli.command, skipPermissions: true });
      vi.spyOn(process, 'getuid').mockReturnValue(1000);
      await callModel(bold);
      expect(await cli.wrote('args')).toMatch(skips);
      vi.spyOn(process, 'getuid').mockReturnValue(0);
      const { error } = await callModel(bold);
      expect(error).toMatchObject({ kind: 'config', details: { code: 'super-user' } });
    },
  );
});

describe('disabling CLIs', () => {
  it.each([
    ['MAJORDOMO_SKIP_CLI', '1'],
    ['LLM_HERE_SKIP_CLI', 'true'],
    ['NOETHER_LLM_SKIP_CLI', 'YES'],
    ['CALORON_LLM_SKIP_CLI', 'On'],
    ['AGENTSPEC_LLM_SKIP_CLI', ' on '],
  ])('by %s=%s skips them without penalty', async (name, value) => {
    await using cli = await fakeCli(`write('started', 1); ${SAYS_HELLO}`);
    const majordomo = createMajordomo({
      providers: [
        createCli({ cli: 'claude', command: cli.command }),
        fakeProvider({ id: 'api', models: { m: ['API'] } }),
      ],
      env: { [name]: value },
    });
    const { text, attempts } = await majordomo
      .model('anthropic-cli/default,api/m')
      .generate({ messages: [user('hi')] });
    expect(text).toBe('API');
    expect(LlmError.is(attempts[0]?.error, 'unsupported')).toBe(true);
    expect(attempts[0]?.error?.details.code).toBe('suppressed');
    expect(majordomo.health.snapshot()['anthropic-cli/default']?.failures ?? 0).toBe(0);
    expect(await readdir(cli.folder)).toEqual(['fake-cli']);
  });

  it.each(['0', 'false', 'no', ''])('is not caused by %j', async (value) => {
    await using cli = await fakeCli(SAYS_HELLO);
    const { text } = await callModel(
      createCli({ cli: 'claude', command: cli.command }),
      {},
      { env: { MAJORDOMO_SKIP_CLI: value } },
    );
    expect(text).toBe('Hello');
  });
});

describe('detecting a CLI', () => {
  it('finds it in PATH and requests its version once', async () => {
    await using cli = await fakeCli(
      `
      write('calls', (fs.existsSync(folder + '/calls') ? Number(fs.readFileSync(folder + '/calls')) : 0) + 1);
      console.log('2.1.197 (Some CLI)');`,
      'claude',
    );
    const provider = createCli({ cli: 'claude' });
    const env = { PATH: `/nowhere:${cli.folder}` };
    const detected = { cli: 'claude', path: cli.command, version: '2.1.197', suppressedBy: undefined };
    expect(await provider.detect({ env })).toEqual(detected);
    expect(await provider.detect({ env: { ...env, MAJORDOMO_SKIP_CLI: '1' } })).toEqual({
      ...detected,
      suppressedBy: 'MAJORDOMO_SKIP_CLI',
    });
    expect(await cli.wrote('calls')).toBe('1');
  });

  it('finds no missing CLI, and no version of a silent one', async () => {
    expect(await createCli({ cli: 'codex' }).detect({ env: { PATH: '/nowhere' } })).toMatchObject({
      path: undefined,
    });
    await using cli = await fakeCli('setTimeout(() => {}, 60_000);', 'codex');
    const { path, version } = await createCli({ cli: 'codex' }).detect({ env: { PATH: cli.folder } });
    expect([path, version]).toEqual([cli.command, undefined]);
  });
});
