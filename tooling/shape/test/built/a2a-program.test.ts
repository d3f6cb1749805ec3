import { mkdtempSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serveA2a } from '@majordomo/a2a';
import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { openaiResponses, startWireServer } from '@majordomo/conformance';
import { fakeProvider } from '@majordomo/testing';
import { transform } from 'esbuild';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { complaintsAbout } from '../../src/compile.ts';
import { withFormerTypes } from '../../src/former-types.ts';
import { ROOT } from '../../src/repository.ts';

/** Programs of the capability "standards", stored next to the checkout. */
const FOLDER = process.env['STANDARDS_PROGRAMS'] ?? join(ROOT, '../shared/facts4');
const NAME = 'standards-a2a.ts';
const hasProgram = existsSync(join(FOLDER, NAME));
const PROGRAM = hasProgram ? withFormerTypes(NAME, readFileSync(join(FOLDER, NAME), 'utf8')) : '';
const SKIPPED = hasProgram ? '' : ' (skipped: no ../shared/facts4)';
const BILLING = 'https://billing.example.com';

/** Serves the agent of another team, and returns the credentials that it received. */
function serveBilling(): readonly (string | null)[] {
  const received: (string | null)[] = [];
  const fake = fakeProvider({ id: 'f', models: { m: ['You owe 5 euros.'] } });
  const agent = createAgent({ model: createMajordomo({ providers: [fake] }).model('f/m') });
  const server = serveA2a({
    agent,
    url: `${BILLING}/a2a`,
    card: { name: 'Billing', description: 'Knows bills', version: '1.0.0' },
    authorize: ({ headers }) => {
      received.push(headers.get('authorization'));
      return { user: 'support' };
    },
  });
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (input: string | URL | Request, init?: RequestInit) => {
    const { origin } = new URL(input instanceof Request ? input.url : input);
    return origin === BILLING ? server.fetch(new Request(input, init)) : fetch(input, init);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  return received;
}

/** Loads the program in a folder from which its imports resolve. Its database is in a temporary folder. */
async function load(): Promise<{ default: { fetch(request: Request): Promise<Response> } }> {
  const { code } = await transform(PROGRAM, { loader: 'ts', format: 'esm' });
  const folder = join(import.meta.dirname, '../../node_modules/.programs');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'standards-a2a.mjs');
  writeFileSync(file, code);
  const before = process.cwd();
  const database = mkdtempSync(join(tmpdir(), 'a2a-'));
  process.chdir(database);
  onTestFinished(() => {
    process.chdir(before);
    rmSync(database, { recursive: true });
  });
  return import(pathToFileURL(file).href) as never;
}

const request = (method: string, params: object, authorization: string): Request =>
  new Request('https://support.example.com/a2a', {
    method: 'POST',
    headers: { authorization, 'a2a-version': '1.0' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });

describe.skipIf(!hasProgram)(`the program of A2A${SKIPPED}`, () => {
  test('type-checks, unchanged, against the built packages', () => {
    const complaints = hasProgram ? complaintsAbout({ [NAME]: PROGRAM }) : {};
    expect(complaints[NAME] ?? []).toEqual([]);
  });

  test('answers a client with the help of a remote agent', async () => {
    const received = serveBilling();
    const task = 'How much does Ada owe?';
    await using vendor = await startWireServer({
      wire: openaiResponses,
      script: [{ toolCalls: [{ name: 'billing', args: { task } }] }, 'Ada owes 5 euros.'],
    });
    vi.stubEnv('OPENAI_API_KEY', 'key');
    vi.stubEnv('OPENAI_BASE_URL', vendor.baseURL);
    vi.stubEnv('BILLING_TOKEN', 'token of billing');
    vi.stubEnv('TEAM_KEY', 'key of team a');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { default: program } = await load();
    const message = { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'What does Ada owe?' }] };
    const refused = await program.fetch(request('SendMessage', { message }, 'Bearer other'));
    expect(refused.status).toBe(401);
    const response = await program.fetch(request('SendMessage', { message }, 'Bearer key of team a'));
    expect(await response.json()).toMatchObject({
      result: {
        task: {
          status: { state: 'TASK_STATE_COMPLETED' },
          artifacts: [{ parts: [{ text: 'Ada owes 5 euros.' }] }],
        },
      },
    });
    expect(JSON.stringify(vendor.requests.at(-1)?.body)).toContain('You owe 5 euros.');
    expect(new Set(received)).toEqual(new Set(['Bearer token of billing']));
  });
});
