import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAgent, defineTool } from '@majordomo/agent';
import { anthropicMessages, type Script, startWireServer } from '@majordomo/conformance';
import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { socketFetch, type SocketEvent } from '@majordomo/responses-socket';
import { inShared, ROOT } from '@majordomo/test-support';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

const PROGRAM = inShared('facts4/live-coding-agent.ts');
const folder = mkdtempSync(join(import.meta.dirname, '.program-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Starts a gateway that accepts sockets, and answers with a model of Anthropic. */
async function startGateway(script: Script) {
  const server = await startWireServer({ wire: anthropicMessages, script });
  const provider = createAnthropic({ apiKey: 'k', baseURL: server.baseURL });
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider] }),
    models: { 'gpt-6-astra': 'anthropic/claude-opus-5' },
    authorize: () => ({}),
  });
  const served = await serve(gateway, { port: 0, sockets: true });
  return {
    baseURL: `${served.url}/v1`,
    requests: server.requests,
    async [Symbol.asyncDispose]() {
      await served.close(0);
      await server.close();
    },
  };
}

/** Returns the tool results of a run, as the vendor received them with its last request. */
const resultsOf = (requests: Awaited<ReturnType<typeof startGateway>>['requests']): readonly unknown[] =>
  requests.at(-1)?.request.toolResults ?? [];

describe('an agent with 20 tool calls, over a socket of a gateway to a model of Anthropic', () => {
  it('has the same conversation at the vendor as over HTTP, with one upgrade and 20 increments', async () => {
    const look = defineTool({
      name: 'look_up',
      description: 'Looks up a page.',
      parameters: z.object({ page: z.int() }),
      run: ({ page }) => `page ${page}`,
    });
    const script: Script = (_, n) =>
      n < 20
        ? {
            parts: [
              { type: 'reasoning', text: `thought ${n}` },
              { type: 'tool-call', id: `call_${n}`, name: 'look_up', json: `{"page": ${n}}` },
            ],
          }
        : 'Done.';
    const events: SocketEvent[] = [];
    const sockets = socketFetch({ onEvent: (event) => events.push(event) });
    const bodies: unknown[] = [];
    for (const fetch of [sockets, undefined]) {
      await using gateway = await startGateway(script);
      const majordomo = createMajordomo({
        providers: [createOpenAI({ apiKey: 'k', baseURL: gateway.baseURL, fetch })],
      });
      const model = majordomo.model('openai/gpt-6-astra');
      const { text } = await createAgent({ model, tools: [look], maxSteps: 30 }).run('Read 20 pages.');
      expect(text).toBe('Done.');
      bodies.push(gateway.requests.map(({ body }) => body));
    }
    sockets.close();
    expect(bodies[0]).toEqual(bodies[1]);
    expect(events.filter(({ type }) => type === 'open')).toHaveLength(1);
    const requests = events.flatMap((event) => (event.type === 'request' ? [event.isIncrement] : []));
    expect(requests).toEqual([false, ...Array<boolean>(20).fill(true)]);
    expect(events.filter(({ type }) => type === 'http' || type === 'resent')).toEqual([]);
  });
});

/** Runs the program against a gateway as OpenAI, and prints the calls that wait for a person. */
const DRIVER = `
const vendor = globalThis.fetch;
globalThis.fetch = async (url, init) =>
  String(url).startsWith('https://hr.example.com/') ? Response.json({ euros: 600 }) : vendor(url, init);
const { main, gateway } = await import('./program.ts');
await main();
await gateway();
const codex = await vendor('http://127.0.0.1:4141/v1/models');
console.log(codex.status);
process.exit();
`;

/** Returns the program. `sockets` is a member of `ServeOptions` itself, so the type of the addition is removed. */
const builtProgram = (): string =>
  readFileSync(PROGRAM, 'utf8').replace(', type ServeSockets', '').replace(' & ServeSockets', '');

/** Code with which the model reads the expenses of 20 employees. */
const CODE = `const ids = Array.from({ length: 20 }, (_, n) => 'e' + (n + 1));
const all = await Promise.all(ids.map((employee) => tools.expenses({ employee })));
return all.reduce((sum, { euros }) => sum + euros, 0);`;

describe.skipIf(!existsSync(PROGRAM))('a program whose model reads expenses with code, over a socket', () => {
  it('reads them, and leaves the payment to a person', { timeout: 60_000 }, async () => {
    await using gateway = await startGateway((_, n) => {
      if (n === 0) return { toolCalls: [{ name: 'run_code', args: { code: CODE } }] };
      return { toolCalls: [{ name: 'pay', args: { id: 'x1' } }] };
    });
    writeFileSync(join(folder, 'program.ts'), builtProgram());
    writeFileSync(join(folder, 'driver.ts'), DRIVER);
    const env = { PATH: process.env['PATH'], OPENAI_API_KEY: 'k', OPENAI_BASE_URL: gateway.baseURL };
    const args = ['--no-warnings', 'driver.ts'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
    expect(stderr).toBe('');
    expect(stdout).toContain("{ name: 'pay', args: { id: 'x1' } }");
    expect(stdout.trim().endsWith('200')).toBe(true);
    expect(JSON.stringify(resultsOf(gateway.requests))).toContain('12000');
  });

  // The default run of `pnpm check` checks the types of the programs in documents. With SOAK=1, this program is checked too.
  it.runIf(process.env['SOAK'])('has valid types', { timeout: 120_000 }, async () => {
    writeFileSync(join(folder, 'program.ts'), builtProgram());
    const base = join(ROOT, 'tsconfig.base.json');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: base, files: ['program.ts'] }));
    const compiler = createRequire(join(ROOT, 'package.json')).resolve('typescript/bin/tsc');
    const checked = promisify(execFile)(process.execPath, [compiler, '--noEmit', '-p', folder]);
    const [result] = await Promise.allSettled([checked]);
    const { stdout } = (result.status === 'fulfilled' ? result.value : result.reason) as { stdout: string };
    expect(stdout).toBe('');
  });
});
