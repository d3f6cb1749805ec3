import { Cerebras } from '@cerebras/cerebras_cloud_sdk';
import { createMajordomo, user } from '@majordomo/core';
import { CHAT_ANSWER, testChatVendor } from '@majordomo/test-support';
import { expect, it, vi } from 'vitest';
import { createCerebras } from '../src/index.ts';

const server = testChatVendor({
  id: 'cerebras',
  create: createCerebras,
  path: '/v1',
  answer: {
    ...CHAT_ANSWER,
    service_tier: 'flex',
    time_info: { queue_time: 0.25, total_time: 1.5, created: 1756198143 },
  },
});

it('does not change SDK clients of the application', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const provider = createCerebras({ baseURL: server().origin, apiKey: 'k' });
  await createMajordomo({ providers: [provider] })
    .model('cerebras/m')
    .generate({ messages: [user('hi')] });
  const client = new Cerebras({ apiKey: 'k', baseURL: server().origin, warmTCPConnection: false });
  await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
  expect(server().requests).toHaveLength(2);
  expect(warn.mock.calls).toEqual([]);
  warn.mockRestore();
});
