// Responses API in a separate process. Sends its address. The model `words-N` answers with N words, live or as a background response.
// The model `paced-N` sends a word every 5 ms, whose text is the time at which it was sent, in milliseconds.
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { openaiResponses } from '@majordomo/conformance';

const WORD_MS = 5;
/** Word that is replaced by the time. */
const TIME = 'TIME ';

/** Status of a live response in its first event, and that of a background response. */
const LIVE = '"status":"in_progress"';
const QUEUED = '"status":"queued","background":true';

/** Events of an answer as text, by its model. */
const answers = new Map();

/** Returns the events of an answer. */
function eventsOf(kind, words) {
  const id = `${kind}_${words}`;
  const known = answers.get(id);
  if (known !== undefined) return known;
  const chunks = Array.from({ length: words }, (_, at) => (kind === 'paced' ? TIME : `word${at % 10} `));
  const parts = [{ type: 'text', text: chunks.join(''), chunks }];
  const answer = { id, parts, usage: { input: 10, output: words } };
  const frames = openaiResponses.stream(answer, { model: 'bench', streamsUsage: false });
  const events = frames.map(({ bytes }) => Buffer.from(bytes).toString());
  answers.set(id, events);
  return events;
}

async function sendPaced(response, events) {
  for (const event of events) {
    const isWord = event.includes('.delta');
    if (isWord) await setTimeout(WORD_MS);
    const now = `${performance.timeOrigin + performance.now()} `;
    response.write(isWord ? event.replace(TIME, now) : event);
  }
  response.end();
}

const server = createServer(async (request, response) => {
  const body = await text(request);
  const { background, model = request.url } = body === '' ? {} : JSON.parse(body);
  if (request.method === 'DELETE') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"deleted":true}');
    return;
  }
  const [, kind, count] = /(paced|words)[-_](\d+)/.exec(model);
  const events = eventsOf(kind, Number(count));
  response.writeHead(200, openaiResponses.streamHeaders);
  if (background === true) response.end(events[0].replace(LIVE, QUEUED));
  else if (kind === 'paced') await sendPaced(response, events);
  else response.end(events.join(''));
});
server.listen(0, '127.0.0.1', () => {
  process.send(`http://127.0.0.1:${server.address().port}/v1`);
});
