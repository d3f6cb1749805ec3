import { expect, test } from 'vitest';
import { captureResponse } from './http.ts';

test('returns the raw response and gives the SDK an empty object', async () => {
  const sent = new Response('data: 1\n\n');
  let read: unknown;
  const captured = await captureResponse(
    () => Promise.resolve(sent),
    async (fetch) => {
      read = await (await fetch('http://127.0.0.1')).json();
    },
  );
  expect(captured).toBe(sent);
  expect(read).toEqual({});
});

test('gives an error response to the SDK and throws its error', async () => {
  const sdkError = new Error('503 of the SDK');
  const refused = captureResponse(
    () => Promise.resolve(new Response('busy', { status: 503 })),
    async (fetch) => {
      if ((await (await fetch('http://127.0.0.1')).text()) === 'busy') throw sdkError;
    },
  );
  await expect(refused).rejects.toBe(sdkError);
});

test('rejects an SDK that does not call its fetch option', async () => {
  const unused = captureResponse(fetch, () => Promise.resolve());
  await expect(unused).rejects.toThrow('did not call its fetch option');
});
