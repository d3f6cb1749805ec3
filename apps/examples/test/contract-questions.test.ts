import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFileServer, type FileServer } from '@majordomo/conformance';
import { createMajordomo, fromJson, type Message } from '@majordomo/core';
import { createFiles } from '@majordomo/files';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { suiteFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { ask, close, openContracts, stored, type ContractApp } from '../src/contract-questions.ts';

const folder = suiteFolder();
const lease = join(folder, 'lease.pdf');
const content = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(1_500_000, 0x20)]);
writeFileSync(lease, content);

function appAt({ url, baseURL }: FileServer): ContractApp {
  const files = createFiles();
  const providers = [createOpenAI({ apiKey: 'a', baseURL }), createAnthropic({ apiKey: 'b', baseURL: url })];
  return { files, majordomo: createMajordomo({ providers, files }) };
}

it('uploads a contract once for all questions of a customer, stores it, and deletes its copies', async () => {
  await using server = await startFileServer();
  const app = appAt(server);
  const first = await ask(app, await openContracts('acme', [lease]), 'When does it end?');
  const second = await ask(app, first.next, 'Who signed it?');
  expect(server.uploads).toHaveLength(1);
  const requests = server.requests.filter(({ step }) => step === 'chat');
  expect(requests.map(({ size }) => size < 20_000)).toEqual([true, true]);

  await ask(app, await openContracts('globex', [lease]), 'When does it end?');
  expect(server.uploads).toHaveLength(2);

  const [message] = fromJson<readonly Message[]>(JSON.parse(await stored(second.next)));
  expect(message?.parts[1]).toMatchObject({
    type: 'file',
    name: 'lease.pdf',
    bytes: new Uint8Array(content),
  });

  await close(app, second.next);
  const deleted = server.requests.filter(({ step }) => step === 'remove');
  expect(deleted).toHaveLength(1);
  await ask(app, second.next, 'And now?');
  expect(server.uploads).toHaveLength(3);
});
