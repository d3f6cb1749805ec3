import { KEY } from './wire.mjs';

const specOf = ({ name, description, parameters }) => ({
  toolSpec: { name, description, inputSchema: { json: parameters } },
});

/** @type {import('./wire.mjs').Dialect} */
export const bedrockConverse = {
  name: 'bedrock-converse',
  model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  baseURL: (origin) => origin,
  body: ({ history, tools }) => ({
    messages: history,
    ...(tools && { toolConfig: { tools: tools.map(specOf) } }),
  }),
  user: (text) => ({ role: 'user', content: [{ text }] }),
  turn({ output: { message } }) {
    const uses = message.content.flatMap(({ toolUse }) => (toolUse ? [toolUse] : []));
    return {
      text: message.content.map(({ text }) => text ?? '').join(''),
      calls: uses.map(({ toolUseId: id, name, input: args }) => ({ id, name, args })),
      messages: [message],
    };
  },
  results: (calls, text) => [
    {
      role: 'user',
      content: calls.map(({ id }) => ({ toolResult: { toolUseId: id, content: [{ text }] } })),
    },
  ],
  text: (event) => event.contentBlockDelta?.delta.text,
  json: (event) => event.contentBlockDelta?.delta.toolUse?.input,
  callName: (event) => event.contentBlockStart?.start.toolUse?.name,
  async sdk(endpoint) {
    const { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } =
      await import('@aws-sdk/client-bedrock-runtime');
    const client = new BedrockRuntimeClient({
      endpoint,
      region: 'us-east-1',
      token: { token: KEY },
      authSchemePreference: ['httpBearerAuth'],
      maxAttempts: 1,
      requestHandler: await overHttp1(),
    });
    const modelId = bedrockConverse.model;
    return {
      whole: (body) => client.send(new ConverseCommand({ modelId, ...body })),
      stream: async (body) => (await client.send(new ConverseStreamCommand({ modelId, ...body }))).stream,
    };
  },
  async provider(baseURL, id = 'p') {
    const { createBedrock } = await import('@majordomo/provider-bedrock');
    const requestHandler = await overHttp1();
    return createBedrock({ id, apiKey: KEY, baseURL, region: 'us-east-1', requestHandler });
  },
};

/** Uses a handler for HTTP/1.1, because the server does not support HTTP/2. It has enough sockets for 64 parallel calls. */
async function overHttp1() {
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  return new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 256 } });
}
