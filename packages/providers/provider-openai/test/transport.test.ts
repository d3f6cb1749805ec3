import { answers, streams, testProviderTransport } from '@majordomo/test-support';
import { createOpenAI } from '../src/index.ts';
import { delta } from './server.ts';

testProviderTransport({
  create: (options) => createOpenAI({ api: 'chat', ...options }),
  hello: streams(delta({ content: 'Hello' }, 'stop')),
  rejection: answers({ error: { message: 'expired key-1', code: 'invalid_api_key' } }, 401),
});
