import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listen } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { patientFetch } from './http.ts';
import { uploadBody } from './upload-body.ts';

const MIB = 1_048_576;
const bytes = new Uint8Array(3 * MIB + 5);
for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 31 + (at >> 16)) % 251;

it('a blob that patientFetch sends arrives byte for byte, with its size and type', async () => {
  const received: { body: Buffer; type: string | undefined; size: string | undefined }[] = [];
  const server = createServer((request, response) => {
    // The client has to wait for the server.
    setImmediate(() => {
      void buffer(request).then((body) => {
        const { 'content-type': type, 'content-length': size } = request.headers;
        received.push({ body, type, size });
        response.end();
      });
    });
  });
  const url = await listen(server);
  const body = new Blob([bytes], { type: 'application/pdf' });
  for (let turn = 0; turn < 2; turn++) await (await patientFetch(url, { method: 'POST', body })).text();
  for (const { body: got, type, size } of received) {
    expect([type, size]).toEqual(['application/pdf', String(bytes.length)]);
    expect(got.equals(bytes)).toBe(true);
  }
  expect(received).toHaveLength(2);
});

it('a blob is read in pieces, and only when the transport needs the next one', async () => {
  const reader = uploadBody(new Blob([bytes]))
    .stream()
    .getReader();
  const sizes: number[] = [];
  for (let start = 0; ;) {
    const { done, value } = await reader.read();
    if (done) break;
    expect(Buffer.from(value).equals(bytes.subarray(start, start + value.length))).toBe(true);
    start += value.length;
    sizes.push(value.length);
  }
  expect(sizes).toEqual([MIB, MIB, MIB, 5]);
});
