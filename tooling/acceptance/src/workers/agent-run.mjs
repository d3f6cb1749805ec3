/* global Response, URL -- of the runtime */
import { WorkflowEntrypoint } from 'cloudflare:workers';
import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { decisionType, inWorkflow } from '../../../../apps/examples/src/cloudflare-workflow.ts';

const tool = (name, more) => ({
  name,
  description: name,
  parameters: { type: 'object' },
  run: (_args, { key }) => `did ${key}`,
  ...more,
});

/** Runs an agent as a Cloudflare workflow, as in the example. */
export class AgentRun extends WorkflowEntrypoint {
  async run({ instanceId, payload: { vendor, question } }, step) {
    const provider = createCloudflare({ baseURL: vendor, accountId: 'acc', apiKey: 'key' });
    const model = createMajordomo({ providers: [provider] }).model('cloudflare/@cf/openai/gpt-oss-120b');
    const agent = createAgent({ model, tools: [tool('add'), tool('pay', { approval: true })] });
    return inWorkflow(agent, instanceId, question, step);
  }
}

/** Starts runs, passes decisions to them, and returns their state. */
export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url);
    const [id, vendor, approve] = ['id', 'vendor', 'approve'].map((name) => searchParams.get(name));
    if (vendor !== null) await env.RUNS.create({ id, params: { vendor, question: 'Do it.' } });
    const run = await env.RUNS.get(id);
    if (approve !== null)
      await run.sendEvent({ type: decisionType(approve), payload: { callId: approve, approve: true } });
    return Response.json(await run.status());
  },
};
