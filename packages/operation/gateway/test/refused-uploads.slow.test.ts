import { createMajordomo } from '@majordomo/core';
import { memoryFiles } from '@majordomo/files';
import { memoryRecords } from '@majordomo/records';
import { request } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { createGateway } from '../src/index.ts';
import { serve } from '../src/node.ts';
import { byKey, KEY } from './support/test-gateway.ts';

const UPLOADS = 50;
/** Number of uploads of 20 MB. With SOAK=1, as in the nightly run, fifty. */
const LARGE_UPLOADS = process.env['SOAK'] === undefined ? 12 : UPLOADS;
const BOUNDARY = 'form-boundary';
const HEAD = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n`;

/** Sends a form with a file of `size` bytes, as fast as the server reads it. Resolves to the status of the response. */
function upload(url: string, size: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${KEY}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    };
    const sent = request(`${url}/v1/files`, { method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.write(HEAD);
    sent.end(Buffer.alloc(size, 'a'));
  });
}

it.each([
  [1_000_000, UPLOADS],
  [20_000_000, LARGE_UPLOADS],
])(
  'the client of each refused upload of %i bytes receives status 413 (%i uploads)',
  async (size, uploads) => {
    const majordomo = createMajordomo({ providers: [], env: {} });
    const files = { records: memoryRecords(), store: memoryFiles(), maxBytes: 100_000 };
    const gateway = createGateway({ majordomo, models: {}, authorize: byKey, files });
    const { url, close } = await serve(gateway, { port: 0 });
    onTestFinished(() => close(0));
    const statuses: (number | string | undefined)[] = [];
    for (let number = 0; number < uploads; number++)
      statuses.push(await upload(url, size).catch((error: unknown) => String(error)));
    expect(statuses).toEqual(Array.from({ length: uploads }, () => 413));
  },
);
