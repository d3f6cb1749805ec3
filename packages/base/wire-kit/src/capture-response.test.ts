import { expect, test } from 'vitest';
import { captureResponse } from './http.ts';

test('returns the raw response and passes an empty object to the SDK', async () => {
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

test("passes an error response to the SDK and throws the SDK's error", async () => {
  const sdkError = new Error('503 of the SDK');
  const captured = captureResponse(
    () => Promise.resolve(new Response('busy', { status: 503 })),
    async (fetch) => {
      if ((await (await fetch('http://127.0.0.1')).text()) === 'busy') throw sdkError;
    },
  );
  await expect(captured).rejects.toBe(sdkError);
});

test('rejects an SDK that does not call its fetch option', async () => {
  const unused = captureResponse(fetch, () => Promise.resolve());
  await expect(unused).rejects.toThrow('did not call its fetch option');
});
