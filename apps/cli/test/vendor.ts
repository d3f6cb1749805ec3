import { testServer, type Seen, type TestServer } from '@majordomo/test-support';

/** Bytes of its speech. */
export const SOUND: Buffer = Buffer.from([0x49, 0x44, 0x33, 0, 0xff, 0xfe, 0x80]);

const TRANSCRIPT = {
  text: 'Hello there. How are you?',
  language: 'english',
  duration: 3725.25,
  segments: [
    { id: 0, start: 0, end: 1.25, text: ' Hello there.' },
    { id: 1, start: 3723.4, end: 3725.25, text: ' How are you?' },
  ],
};

/** Vendor on 127.0.0.1 for embeddings, transcriptions and speech. */
export interface Vendor extends TestServer {
  /** Environment in which the vendor is `lab/…`. The model `down` is unavailable, and `locked` rejects the key. */
  readonly env: Readonly<Record<string, string>>;
}

export async function vendor(): Promise<Vendor> {
  const server = await testServer((response, request) => {
    const status = request.text.includes('down') ? 503 : request.text.includes('locked') ? 401 : 200;
    const type = status === 200 && request.path.endsWith('/speech') ? 'audio/mpeg' : 'application/json';
    response.writeHead(status, { 'content-type': type });
    response.end(status === 200 ? answerTo(request) : '{"error":{"message":"no"}}');
  });
  const env = { LLM_LAB: `${server.origin.replace('http://', 'openai+http://sk-lab@')}/v1` };
  return Object.assign(server, { env });
}

function answerTo({ path, body }: Seen): string | Uint8Array {
  if (path.endsWith('/speech')) return SOUND;
  if (path.endsWith('/transcriptions')) return JSON.stringify(TRANSCRIPT);
  const values = body['input'] as readonly string[];
  const data = values.map((value, index) => ({ index, embedding: [0.1, value.length, -1] }));
  return JSON.stringify({ object: 'list', data, usage: { prompt_tokens: 5, total_tokens: 5 } });
}
