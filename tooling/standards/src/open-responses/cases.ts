// The nine required cases of Open Responses, restated: the same requests, and what must arrive.
import { type Json, listOf } from './shape.ts';

/** Sends a request to `/v1/responses`. Returns the response object and what is wrong with its members or events. */
export type Send = (body: Json) => Promise<{ readonly body: Json; readonly problems: readonly string[] }>;

/** Runs a case. Returns its problems. */
type Case = (send: Send) => Promise<readonly string[]>;

const PNG =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const PDF_TEXT =
  '%PDF-1.1\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n' +
  '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 144] >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF';
const PDF = `data:application/pdf;base64,${Buffer.from(PDF_TEXT).toString('base64')}`;
const TOOLS = [
  {
    type: 'function',
    name: 'get_weather',
    description: 'The weather of a place',
    parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
  },
];

const message = (role: string, content: unknown): Json => ({ type: 'message', role, content });
const text = (response: Json): string =>
  listOf(response['output'])
    .flatMap((item) => listOf(item['content']))
    .map((part) => String(part['text']))
    .join('');
const callIn = (response: Json): Json | undefined =>
  listOf(response['output']).find(({ type }) => type === 'function_call');

/** Sends one request whose answer states what the vendor received. */
const received =
  (body: Json, ...expected: readonly string[]): Case =>
  async (send) => {
    const response = await send(body);
    const answer = text(response.body);
    const missing = expected.filter((part) => !answer.includes(part));
    return [...response.problems, ...missing.map((part) => `the vendor did not receive "${part}"`)];
  };

/** Cases by their ids in the suite. */
export const CASES: Readonly<Record<string, Case>> = {
  'basic-response': received({ input: [message('user', 'Say hello in exactly 3 words.')] }, 'Say hello'),
  'streaming-response': received(
    { input: [message('user', 'Count from 1 to 5.')], stream: true },
    'Count from',
  ),
  'system-prompt': received(
    { input: [message('system', 'You are a pirate.'), message('user', 'Say hello.')] },
    'You are a pirate.',
    'Say hello.',
  ),
  'tool-calling': async (send) => {
    const answers = await Promise.all(
      [false, true].map((stream) => send({ input: [message('user', 'Weather?')], tools: TOOLS, stream })),
    );
    return answers.flatMap(({ body, problems }) =>
      callIn(body) === undefined ? [...problems, 'the output has no function_call'] : problems,
    );
  },
  'function-call-roundtrip': async (send) => {
    const first = await send({ input: 'Use the weather tool', tools: TOOLS });
    const output = {
      type: 'function_call_output',
      call_id: callIn(first.body)?.['call_id'],
      output: '{"t":20}',
    };
    // The second request has no tools.
    const second = await received(
      { previous_response_id: first.body['id'], input: [output] },
      '1 results',
    )(send);
    return [...first.problems, ...second];
  },
  'image-input': received(
    {
      input: [
        message('user', [
          { type: 'input_text', text: 'What is this?' },
          { type: 'input_image', image_url: PNG },
        ]),
      ],
    },
    '1 images',
  ),
  'file-input': received(
    {
      input: [
        message('user', [
          { type: 'input_text', text: 'What is this?' },
          { type: 'input_file', filename: 'a.pdf', file_data: PDF },
        ]),
      ],
    },
    '1 documents',
  ),
  'multi-turn': received(
    {
      input: [
        message('user', 'My name is Alice.'),
        message('assistant', 'Hello Alice!'),
        message('user', 'What is my name?'),
      ],
    },
    'My name is Alice.',
    'Hello Alice!',
  ),
  'previous-response-id': async (send) => {
    const first = await send({ input: 'Remember the word papaya.' });
    const second = await received(
      { previous_response_id: first.body['id'], input: 'What word?' },
      'papaya',
      'What word?',
    )(send);
    return [...first.problems, ...second];
  },
};
