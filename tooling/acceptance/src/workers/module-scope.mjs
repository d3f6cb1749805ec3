/* global Request, Response -- of the runtime */
import { createAgent } from '@majordomo/agent';
import { createMajordomo, user } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { createLedger, memoryStore } from '@majordomo/ledger';
import { serveMcp } from '@majordomo/mcp';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createOpenAI } from '@majordomo/provider-openai';

const ledger = createLedger({ store: memoryStore() });
/** Placeholder for the vendor's address, which is known only when the test runs. */
const baseURL = 'http://vendor.invalid';
const cloudflare = createCloudflare({ baseURL, accountId: 'acc', apiKey: 'key' });
const majordomo = createMajordomo({
  providers: [cloudflare, createOpenAI(), createAnthropic()],
  gates: [ledger.gate],
});
const model = majordomo.model('cloudflare/@cf/openai/gpt-oss-120b');
const agent = createAgent({ model, tools: [] });
const gateway = createGateway({ majordomo, models: { house: model.spec }, authorize: () => ({}) });
const server = serveMcp({ name: 'nothing', version: '1.0.0', tools: [] });

/** All objects were created when the module was loaded, as in applications, and each request uses them. */
export default {
  async fetch(request) {
    const { text } = await model.generate({ messages: [user('hi')] });
    const run = await agent.run('hi');
    const body = JSON.stringify({ model: 'house', messages: [{ role: 'user', content: 'hi' }] });
    const chatRequest = new Request('http://127.0.0.1/v1/chat/completions', { method: 'POST', body });
    // eslint-disable-next-line majordomo/no-raw-inference-http -- the gateway is ours
    const answer = await gateway.fetch(chatRequest);
    const refused = await server.fetch(new Request(request.url));
    const counted = (await ledger.limits()).length;
    return Response.json([
      text,
      run.text,
      (await answer.json()).choices?.[0].message.content,
      refused.status,
      counted,
    ]);
  },
};
