/**
 * A script that acts as a CLI whose vendor is the wire server: it reads its prompt from stdin, calls the server with the
 * Messages wire, and prints the response line by line. It reports failures as text, like all CLIs.
 */
export const BRIDGE: string = `
const http = require('node:http');
const { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: url, CLAUDE_CODE_MAX_OUTPUT_TOKENS: most } = process.env;
const flag = process.argv.indexOf('--append-system-prompt-file');
const body = JSON.stringify({
  model: process.argv[process.argv.indexOf('--model') + 1],
  max_tokens: Number(most ?? 1024),
  stream: true,
  ...(flag === -1 ? {} : { system: fs.readFileSync(process.argv[flag + 1], 'utf8') }),
  messages: [{ role: 'user', content: stdin() }],
});
let responseText = '', stop, tokens = {}, id, isOver = false;
const fail = (message, status) => {
  say({ type: 'result', subtype: 'success', is_error: true, result: message, api_error_status: status ?? null });
  process.exitCode = 1;
};
const end = () => {
  isOver = true;
  say(
    { type: 'assistant', message: { id, content: [{ type: 'text', text: responseText }] } },
    { type: 'result', subtype: 'success', is_error: false, result: responseText, stop_reason: stop, usage: tokens },
  );
};
const event = (data) => {
  let value;
  try { value = JSON.parse(data); } catch { process.stdout.write(data + '\\n'); return; }
  if (value.type === 'error') { isOver = true; fail('API Error: ' + JSON.stringify(value.error)); return; }
  if (value.type === 'message_start') {
    id = value.message.id;
    tokens = value.message.usage ?? {};
    say({ type: 'system', subtype: 'init', session_id: id, model: value.message.model });
  }
  if (value.type === 'content_block_delta') responseText += value.delta.text ?? '';
  if (value.type === 'message_delta') { stop = value.delta.stop_reason; tokens = { ...tokens, ...value.usage }; }
  if (value.type === 'message_stop' && stop) end();
  else say({ type: 'stream_event', event: value, parent_tool_use_id: null });
};
const onResponse = (response) => {
  let text = '';
  response.setEncoding('utf8');
  const isStream = (response.headers['content-type'] ?? '').includes('event-stream');
  if (response.statusCode !== 200 || !isStream) {
    response.on('data', (chunk) => { text += chunk; });
    response.on('end', () => {
      if (response.statusCode === 200) fail("API Error: Unexpected token '" + text[0] + "' is not valid JSON");
      else fail('API Error: ' + text, response.statusCode);
    });
    return;
  }
  response.on('data', (chunk) => {
    const blocks = (text + chunk).replaceAll('\\r\\n', '\\n').split('\\n\\n');
    text = blocks.pop();
    for (const block of blocks) {
      const data = block.split('\\n').find((line) => line.startsWith('data:'));
      if (!isOver && data) event(data.slice(5).trim());
    }
  });
  response.on('end', () => { if (!isOver && stop) end(); });
  // After a broken stream the CLI prints no response and exits normally.
  response.on('error', () => undefined);
};
if (key === undefined) fail('Not logged in · Please run /login');
else {
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  const request = http.request(url + '/v1/messages', { method: 'POST', headers }, onResponse);
  request.on('error', () => { fail('API Error: Connection error.'); });
  request.end(body);
}
`;
