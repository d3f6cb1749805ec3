import { ANSWER, check, GATEWAY, HELLO, joined, KEY, MODEL, WEATHER, weather } from './checks.mjs';

const { OpenAI } = await import(process.argv[2]);
const client = new OpenAI({ apiKey: KEY, baseURL: `${GATEWAY}/v1`, maxRetries: 0 });
const hi = [{ role: 'user', content: 'hi' }];

await check(
  'chat.completions',
  async () =>
    (await client.chat.completions.create({ model: MODEL, messages: hi })).choices[0].message.content,
  HELLO,
);
await check(
  'chat.completions, streamed tool loop',
  async () => {
    const options = { model: MODEL, tools: [{ type: 'function', function: WEATHER }], stream: true };
    const stream = client.chat.completions.stream({ ...options, messages: hi });
    const message = await stream.finalMessage();
    const results = message.tool_calls.map(({ id, function: { arguments: json } }) => ({
      role: 'tool',
      tool_call_id: id,
      content: weather(JSON.parse(json)),
    }));
    const messages = [...hi, message, ...results];
    const last = await client.chat.completions.create({ ...options, messages });
    return joined(last, ({ choices }) => choices[0]?.delta.content);
  },
  ANSWER,
);
await check(
  'responses',
  async () => (await client.responses.create({ model: MODEL, input: 'hi', store: false })).output_text,
  HELLO,
);
await check(
  'responses, streamed tool loop',
  async () => {
    const options = { model: MODEL, tools: [{ type: 'function', strict: true, ...WEATHER }], store: false };
    const { output } = await client.responses.stream({ ...options, input: hi }).finalResponse();
    const results = output
      .filter(({ type }) => type === 'function_call')
      .map(({ call_id, arguments: json }) => ({
        type: 'function_call_output',
        call_id,
        output: weather(JSON.parse(json)),
      }));
    const last = client.responses.stream({ ...options, input: [...hi, ...output, ...results] });
    return (await last.finalResponse()).output_text;
  },
  ANSWER,
);
for (const stream of [false, true])
  await check(
    `responses, tool of an MCP server of the gateway (streamed: ${stream})`,
    async () => {
      const tools = [{ type: 'mcp', server_label: 'office', require_approval: 'never' }];
      const options = { model: MODEL, input: 'hi', tools, store: false };
      const response = stream
        ? await client.responses.stream(options).finalResponse()
        : await client.responses.create(options);
      const call = response.output.find(({ type }) => type === 'mcp_call');
      return `${call?.output}; ${response.output_text}`;
    },
    `${weather({ city: 'Oslo' })}; ${ANSWER}`,
  );
