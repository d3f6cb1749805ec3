import { startFileServer } from '@majordomo/conformance';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openAsBlob, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { expect, it, onTestFinished } from 'vitest';
import { openaiClient } from './support/clients.ts';

const MB = 1_000_000;
const SIZE = 50 * MB;
/** Number of requests with the file. With SOAK=1, as in the nightly run, a hundred. */
const REQUESTS = process.env['SOAK'] === undefined ? 9 : 100;
const MODELS = ['gpt', 'claude', 'gemini'];

/** Writes a document of `size` bytes. */
function writeDocument(path: string, size: number): void {
  const handle = openSync(path, 'w');
  for (let part = 0; part < size / MB; part++) writeSync(handle, Buffer.alloc(MB, `part ${part} `));
  closeSync(handle);
}

it.skipIf(process.platform !== 'linux')(
  `a file of 50 MB in ${REQUESTS} requests is read once for each target, and is never in memory as a whole with its base64 form`,
  { timeout: 180_000 },
  async () => {
    const folder = testFolder();
    await using server = await startFileServer();
    const child = fork(
      join(import.meta.dirname, 'support/files-process.ts'),
      [server.url, join(folder, 'store')],
      {
        execArgv: ['--no-warnings', '--expose-gc'],
      },
    );
    onTestFinished(async () => {
      child.disconnect();
      await once(child, 'exit');
    });
    const [url] = (await once(child, 'message')) as [string];
    const tell = async (message: string): Promise<{ readonly memory: number; readonly read: number }> => {
      child.send(message);
      return ((await once(child, 'message')) as [{ memory: number; read: number }])[0];
    };
    const client = openaiClient({ url }, 'k');
    const ask = (model: string, file_id: string) =>
      client.responses.create({
        model,
        input: [{ role: 'user', content: [{ type: 'input_file', file_id }] }],
      });
    const upload = async (name: string, size: number): Promise<string> => {
      const path = join(folder, name);
      writeDocument(path, size);
      const file = new File([await openAsBlob(path)], name, { type: 'application/pdf' });
      return (await client.files.create({ file, purpose: 'user_data' })).id;
    };
    const small = await upload('small.pdf', 2 * MB);
    for (const model of MODELS) await ask(model, small);
    await tell('begin');
    const large = await upload('large.pdf', SIZE);
    const received = SIZE;
    for (let number = 0; number < REQUESTS; number++) await ask(MODELS[number % 3] ?? '', large);
    const { memory, read } = await tell('end');
    expect(server.uploads.filter(({ size }) => size === SIZE)).toHaveLength(3);
    expect(read - received).toBeLessThan(MODELS.length * SIZE * 1.05);
    // The content and its base64 form would have 117 MB.
    expect(memory).toBeLessThan(1.5 * SIZE);
  },
);
