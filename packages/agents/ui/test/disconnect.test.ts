import { createAgent } from '@majordomo/agent';
import { user } from '@majordomo/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uiMessageResponse, type UiEvents } from '../src/index.ts';
import { readUntil, silentVendor, type SilentVendor } from './support/silent-vendor.ts';

let vendor: SilentVendor;
beforeEach(async () => {
  vendor = await silentVendor();
});
afterEach(() => vendor[Symbol.asyncDispose]());

const sources: readonly [string, () => UiEvents][] = [
  ['chat', () => vendor.model.stream({ messages: [user('hi')] })],
  ['agent', () => createAgent({ model: vendor.model }).stream('hi')],
];

describe.each(sources)('the connection of a %s to the vendor', (_, source) => {
  it('is closed when the client disconnects while the vendor is silent', async () => {
    const reader = await readUntil(uiMessageResponse(source()), 'Once');
    const pending = reader.read();
    await reader.cancel();
    await vendor.closed;
    expect(await pending).toMatchObject({ done: true });
  });

  it('is closed when the signal of the request aborts', async () => {
    const controller = new AbortController();
    const response = uiMessageResponse(source(), { signal: controller.signal });
    const reader = await readUntil(response, 'Once');
    controller.abort();
    await vendor.closed;
    while (!(await reader.read()).done);
  });
});
