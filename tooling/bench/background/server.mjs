// Responses API in a separate process. Sends its address. The model `words-N` answers with N words, live or as a background response.
// The model `paced-N` sends a word every 5 ms, whose text is the time at which it was sent, in milliseconds.
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';

const WORD_MS = 5;
const PLACE = { item_id: 'msg_1', output_index: 0, content_index: 0 };

/** Events of an answer as text, by its model. */
const answers = new Map();

const eventOf = (type, number, members) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number, ...members })}\n\n`;

const deltaOf = (number, delta) => eventOf('response.output_text.delta', number, { ...PLACE, delta });

function responseOf(id, status, output, usage) {
  return { id, object: 'response', created_at: 0, model: 'bench', status, background: true, output, usage };
}

/** Returns the events before, of and after the words of an answer. */
function answerOf(kind, words) {
  const model = `${kind}_${words}`;
  const known = answers.get(model);
  if (known !== undefined) return known;
  const id = `resp_${model}`;
  const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'in_progress', content: [] };
  const part = { type: 'output_text', text: '', annotations: [] };
  const list = Array.from({ length: words }, (_, at) => `word${at % 10} `);
  const content = [{ ...part, text: list.join('') }];
  const message = { ...item, status: 'completed', content };
  const usage = {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: words,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: words + 10,
  };
  const first = [
    eventOf('response.created', 0, { response: responseOf(id, 'queued', [], null) }),
    eventOf('response.in_progress', 1, { response: responseOf(id, 'in_progress', [], null) }),
    eventOf('response.output_item.added', 2, { output_index: 0, item }),
    eventOf('response.content_part.added', 3, { ...PLACE, part }),
  ];
  const last = [
    eventOf('response.output_text.done', words + 4, { ...PLACE, text: list.join('') }),
    eventOf('response.content_part.done', words + 5, { ...PLACE, part: content[0] }),
    eventOf('response.output_item.done', words + 6, { output_index: 0, item: message }),
    eventOf('response.completed', words + 7, { response: responseOf(id, 'completed', [message], usage) }),
  ];
  const deltas = list.map((word, at) => deltaOf(at + 4, word)).join('');
  const answer = { first: first.join(''), deltas, last: last.join('') };
  answers.set(model, answer);
  return answer;
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

async function sendPaced(response, { first, last }, words) {
  response.write(first);
  for (let at = 0; at < words; at++) {
    await setTimeout(WORD_MS);
    response.write(deltaOf(at + 4, `${performance.timeOrigin + performance.now()} `));
  }
  response.end(last);
}

const server = createServer(async (request, response) => {
  const { background, model = request.url } = await bodyOf(request);
  if (request.method === 'DELETE') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"deleted":true}');
    return;
  }
  const [, kind, count] = /(paced|words)[-_](\d+)/.exec(model);
  const words = Number(count);
  const answer = answerOf(kind, words);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (background === true) response.end(answer.first);
  else if (kind === 'paced') await sendPaced(response, answer, words);
  else response.end(answer.first + answer.deltas + answer.last);
});
server.listen(0, '127.0.0.1', () => {
  process.send(`http://127.0.0.1:${server.address().port}/v1`);
});
