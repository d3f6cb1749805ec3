import { Agent, request, type IncomingMessage } from 'node:http';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { seededRandom } from '@majordomo/testing';
import { promptOf, scriptedAnswer } from './script.ts';

/** Share of the calls whose client disconnects after the first bytes. */
const LEAVES = 0.02;

/** Outcome of a stream. */
interface StreamEnd {
  /** End of the stream. `broken`: neither complete nor with an error event, which is a fault of the gateway. */
  readonly how: 'complete' | 'error event' | 'refused' | 'left' | 'broken';
  /** Description of a broken stream. */
  readonly why?: string;
}

/** API as a client without an SDK reads it. */
interface ClientWire {
  readonly path: string;
  readonly body: (prompt: string) => object;
  /** Returns the text of one event; `''` for an event without text. */
  readonly text: (event: Readonly<Record<string, unknown>>) => unknown;
  /** End of a body with a complete response. */
  readonly complete: RegExp;
  /** End of a body with an error event. */
  readonly failed: RegExp;
}

const NOTE = { type: 'object', properties: { note: { type: 'string' } } };
const turns = (content: string): object => ({ messages: [{ role: 'user', content }] });

const CLIENT_WIRES: readonly ClientWire[] = [
  {
    path: '/v1/chat/completions',
    body: (prompt) => ({
      ...turns(prompt),
      tools: [{ type: 'function', function: { name: 'note', parameters: NOTE } }],
    }),
    text: ({ choices }) => asRecord(asRecord(asList(choices)[0])['delta'])['content'],
    complete: /data: \[DONE\]\n\n$/,
    failed: /data: \{"error":.*\n\n$/,
  },
  {
    path: '/v1/responses',
    body: (input) => ({ input, tools: [{ type: 'function', name: 'note', parameters: NOTE }] }),
    text: ({ type, delta }) => (type === 'response.output_text.delta' ? delta : ''),
    complete: /event: response\.completed\ndata: .*\n\ndata: \[DONE\]\n\n$/,
    failed: /event: response\.failed\ndata: .*\n\ndata: \[DONE\]\n\n$/,
  },
  {
    path: '/v1/messages',
    body: (prompt) => ({
      ...turns(prompt),
      max_tokens: 1000,
      tools: [{ name: 'note', input_schema: NOTE }],
    }),
    text: ({ delta }) => asRecord(delta)['text'],
    complete: /event: message_stop\ndata: .*\n\n$/,
    failed: /event: error\ndata: .*\n\n$/,
  },
];

/** Requests one stream and reads it to the end. `leaves`: whether the client disconnects after the first bytes. */
function gatewayCall(url: string, call: number, leaves: boolean, agent: Agent): Promise<StreamEnd> {
  const wire = CLIENT_WIRES[call % CLIENT_WIRES.length];
  if (wire === undefined) return Promise.resolve({ how: 'broken', why: 'no wire' });
  const body = JSON.stringify({ model: 'm', stream: true, ...wire.body(promptOf(call)) });
  return new Promise((resolve) => {
    const headers = { authorization: 'Bearer key', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(url + wire.path, { method: 'POST', headers, agent }, (answer) => {
      if (!leaves) {
        void read(answer).then((text) => {
          resolve(endOf(answer.statusCode, text, call, wire));
        });
        return;
      }
      answer.once('data', () => {
        outgoing.destroy();
        resolve({ how: 'left' });
      });
      answer
        .on('error', () => undefined)
        .once('end', () => {
          resolve({ how: 'left' });
        });
    });
    outgoing.once('error', ({ message }) => {
      resolve(leaves ? { how: 'left' } : { how: 'broken', why: message });
    });
    outgoing.end(body);
  });
}

function read(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    answer
      .on('error', () => undefined)
      .once('close', () => {
        resolve(text);
      });
  });
}

function endOf(status: number | undefined, body: string, call: number, wire: ClientWire): StreamEnd {
  const broken: StreamEnd = { how: 'broken', why: `${status} ${JSON.stringify(body.slice(-200))}` };
  if (status !== 200) return body.includes('"error"') ? { how: 'refused' } : broken;
  const bodyText = textOf(body, wire);
  const { text } = scriptedAnswer(call);
  if (wire.complete.test(body)) return bodyText === text ? { how: 'complete' } : broken;
  return wire.failed.test(body) && text.startsWith(bodyText) ? { how: 'error event' } : broken;
}

const textOf = (body: string, wire: ClientWire): string =>
  [...body.matchAll(/^data: (\{.*)$/gm)]
    .map(([, json = '']) => wire.text(asRecord(JSON.parse(json))))
    .filter((piece) => typeof piece === 'string')
    .join('');

/** Outcomes of the calls of all clients. */
export interface Met {
  readonly calls: number;
  readonly ends: Readonly<Partial<Record<StreamEnd['how'], number>>>;
  /** Calls with an unexpected outcome. */
  readonly broken: readonly string[];
}

/**
 * Runs `streams` clients until `isOver`. Each client begins its next stream when its previous one ends. The clients start at
 * intervals of `rampMs`.
 */
export async function gatewayCallers(
  url: string,
  streams: number,
  isOver: (calls: number) => boolean,
  rampMs = 0,
): Promise<Met> {
  const agent = new Agent({ keepAlive: true });
  const random = seededRandom(502);
  const ends: Partial<Record<StreamEnd['how'], number>> = {};
  const broken: string[] = [];
  let calls = 0;
  const caller = async (at: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, at * rampMs));
    while (!isOver(calls)) {
      const call = calls++;
      const { how, why } = await gatewayCall(url, call, random() < LEAVES, agent);
      ends[how] = (ends[how] ?? 0) + 1;
      if (how === 'broken') broken.push(`call ${call}: ${why}`);
    }
  };
  await Promise.all(Array.from({ length: streams }, (_, at) => caller(at)));
  agent.destroy();
  return { calls, ends, broken };
}
