import { expect, test } from 'vitest';
import { capturedResponse } from './captured-response.ts';

test('the raw response comes to us, and the SDK reads an empty object', async () => {
  const sent = new Response('data: 1\n\n');
  let read: unknown;
  const captured = await capturedResponse(
    () => Promise.resolve(sent),
    async (fetch) => {
      read = await (await fetch('http://127.0.0.1')).json();
    },
  );
  expect(captured).toBe(sent);
  expect(read).toEqual({});
});

test('what the SDK reads is an object of its own each time, under a body and the type of JSON', async () => {
  for (let call = 0; call < 3; call++) {
    await capturedResponse(
      () => Promise.resolve(new Response('data: 1')),
      async (fetch) => {
        const response = await fetch('http://127.0.0.1');
        expect(response).toMatchObject({ ok: true, status: 200 });
        expect(response.body).toBeInstanceOf(ReadableStream);
        expect([...response.headers]).toEqual([['content-type', 'application/json']]);
        expect(await response.text()).toBe('{}');
        const read = (await response.json()) as Record<string, unknown>;
        expect(read).toEqual({});
        read['message'] = 'kept by the SDK';
      },
    );
  }
});

test('a response that is not ok goes to the SDK, whose error is what is thrown', async () => {
  const sdkError = new Error('503 of the SDK');
  const refused = capturedResponse(
    () => Promise.resolve(new Response('busy', { status: 503 })),
    async (fetch) => {
      if ((await (await fetch('http://127.0.0.1')).text()) === 'busy') throw sdkError;
    },
  );
  await expect(refused).rejects.toBe(sdkError);
});

test('an SDK that sends in another way is found out', async () => {
  const unused = capturedResponse(fetch, () => Promise.resolve());
  await expect(unused).rejects.toThrow('did not use the fetch');
});
