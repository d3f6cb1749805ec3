import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createConversations, createRuns } from '@majordomo/agent';
import { catalog } from '@majordomo/catalog';
import { createMajordomo, type ChatModel } from '@majordomo/core';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { complaintsAbout } from '../../src/compile.ts';
import { withFormerTypes } from '../../src/former-types.ts';
import { ROOT } from '../../src/repository.ts';

/** Programs that use `@majordomo/ui`, stored next to the checkout. */
const FOLDER = process.env['UI_PROGRAMS'] ?? join(ROOT, '../shared/api/programs3');
const names = existsSync(FOLDER)
  ? readdirSync(FOLDER).filter((name) => name.startsWith('ui-') && name.endsWith('.ts'))
  : [];
const programs = Object.fromEntries(
  names.map((name) => [name, withFormerTypes(name, readFileSync(join(FOLDER, name), 'utf8'))]),
);

type Handler = (request: Request) => Promise<Response>;

/** Loads a program in a folder from which its imports resolve. */
async function load(name: string): Promise<Readonly<Record<string, (...values: unknown[]) => unknown>>> {
  const { code } = await transform(programs[name] ?? '', { loader: 'ts', format: 'esm' });
  const folder = join(import.meta.dirname, '../../node_modules/.programs');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name.replace('.ts', '.mjs'));
  writeFileSync(file, code);
  return (await import(pathToFileURL(file).href)) as Awaited<ReturnType<typeof load>>;
}

function modelOf(...turns: readonly Turn[]): ChatModel {
  const provider = fakeProvider({ id: 'f', models: { m: turns } });
  return createMajordomo({ providers: [provider] }).model('f/m');
}

const question = { id: 'm0', role: 'user', parts: [{ type: 'text', text: 'hi' }] };
const post = (path: string, messages: readonly object[]): Request =>
  new Request(`http://chat.test${path}`, { method: 'POST', body: JSON.stringify({ id: 'chat', messages }) });

describe.skipIf(names.length === 0)(
  `programs of chat frontends${names.length === 0 ? ' (skipped: no ../shared/api/programs3)' : ''}`,
  () => {
    const complaints = complaintsAbout(programs);

    test.each(names)('%s type-checks, unchanged, against the built packages', (name) => {
      expect(complaints[name] ?? []).toEqual([]);
    });

    test('the chat endpoint runs an approved call, and none with other arguments', async () => {
      const { chatEndpoint } = await load('ui-chat-endpoint.ts');
      const input = { order: 'A7', eur: 50 };
      const model = modelOf({ toolCalls: [{ id: 'c1', name: 'refund', args: input }] }, 'Done.');
      const env = { APPROVAL_SECRET: 'a secret of at least 32 random bytes' };
      const handle = chatEndpoint?.(model, env, catalog) as Handler;
      const asked = await (await handle(post('/api/chat', [question]))).text();
      const [, approvalId = ''] = /"approvalId":"([^"]+)"/.exec(asked) ?? [];
      const answer = (changed: object): Request => {
        const approval = { id: approvalId, approved: true };
        const call = { type: 'tool-refund', toolCallId: 'c1', state: 'approval-responded', approval };
        const parts = [{ type: 'step-start' }, { ...call, input: changed }];
        return post('/api/chat', [question, { id: 'm1', role: 'assistant', parts }]);
      };
      expect((await handle(answer({ ...input, eur: 500 }))).status).toBe(400);
      const answered = await (await handle(answer(input))).text();
      expect(answered).toContain('"transfer":"transfer ');
      expect(answered).toContain('Done.');
    });

    test('the resumable app stores the conversation and replays the answer', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'majordomo-ui-program-'));
      const stores = sqliteStores(join(folder, 'chat.sqlite'));
      const { records } = stores;
      const chats = { runs: createRuns({ records }), conversations: createConversations({ records }) };
      const { chatApp } = await load('ui-resumable-app.ts');
      const { handle, close } = chatApp?.(modelOf('Hello.'), [], chats) as {
        handle: Handler;
        close(): Promise<void>;
      };
      const get = (path: string): Promise<Response> =>
        handle(new Request(`http://chat.test/api/chat/${path}`));
      expect(await (await handle(post('/api/chat', [question]))).text()).toContain('Hello.');
      expect(await (await get('chat/stream')).text()).toContain('Hello.');
      expect(await (await get('chat')).json()).toMatchObject([question, { id: 'm1', role: 'assistant' }]);
      expect(await (await handle(post('/api/chat/chat/stop', []))).json()).toEqual({ stopped: false });
      expect((await get('other/stream')).status).toBe(204);
      await close();
      await stores.close();
      rmSync(folder, { recursive: true });
    });
  },
);
