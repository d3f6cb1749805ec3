import { asList, asRecord } from '@majordomo/core/toolkit';
import { testServer, type TestServer } from '@majordomo/test-support';

/** Question as the Decisions API receives it. */
interface AskedQuestion {
  readonly name: string;
  readonly type: 'predicate' | 'choice' | 'score';
  readonly instructions: string;
  readonly choices?: readonly { readonly value: string }[];
  readonly levels?: readonly { readonly label: string }[];
}

/**
 * Starts a vendor that answers the questions of the live cases: over the Decisions API, and over Responses with log probabilities, or,
 * for the model `thinker`, without them.
 */
export const startDecidingServer = (): Promise<TestServer> =>
  testServer((response, { path, body }) => {
    const answer = path.endsWith('/decisions') ? decisionsOf(body) : responseOf(body);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });

function decisionsOf({ questions }: Readonly<Record<string, unknown>>): object {
  const answers = (questions as readonly AskedQuestion[]).map(answerOf);
  return { model: 'gpt-6-luna', answers, usage: { input_tokens: 41, output_tokens: 3 } };
}

function answerOf({ name, type, instructions, choices = [], levels = [] }: AskedQuestion): object {
  const [, number] = /^(\d+) is an even number/.exec(instructions) ?? [];
  const isTrue = number === undefined || Number(number) % 2 === 0;
  if (type === 'predicate') return { type, name, probability: isTrue ? 0.97 : 0.02 };
  const most = (at: number, count: number): number => (at === 0 ? 0.9 : 0.1 / (count - 1));
  if (type === 'score') {
    const probabilities = levels.map(({ label }, at) => ({ label, probability: most(at, levels.length) }));
    return { type, name, probabilities };
  }
  const probabilities = choices.map(({ value }, at) => ({ value, probability: most(at, choices.length) }));
  return { type, name, probabilities };
}

function responseOf(body: Readonly<Record<string, unknown>>): object {
  const content = body['model'] === 'thinker' ? statedText(body) : labelText(body);
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: body['model'],
    output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [content] }],
    usage: { input_tokens: 60, output_tokens: 1, total_tokens: 61 },
  };
}

/** Returns the label of the right option with its log probabilities. */
function labelText(body: Readonly<Record<string, unknown>>): object {
  const prompt = JSON.stringify(body['input']);
  const label = prompt.includes('Which number is in the text?') ? 'R' : 'A';
  const top = [
    { token: label, logprob: Math.log(0.9) },
    { token: ` ${label}`, logprob: Math.log(0.05) },
    { token: 'The', logprob: Math.log(0.02) },
  ];
  const logprobs = [{ token: label, logprob: Math.log(0.9), top_logprobs: top }];
  return { type: 'output_text', text: label, annotations: [], logprobs };
}

/** Returns numbers for all options that the schema names. The first option of each question has most. */
function statedText({ text }: Readonly<Record<string, unknown>>): object {
  const { properties } = asRecord(asRecord(asRecord(text)['format'])['schema']);
  const numbers = Object.entries(asRecord(properties)).map(([name, question]) => {
    const options = asList(asRecord(question)['required']) as readonly string[];
    const entries = options.map((option, at) => [option, at === 0 ? 95 : 5] as const);
    return [name, Object.fromEntries(entries)] as const;
  });
  const stated = Object.fromEntries(numbers);
  return { type: 'output_text', text: JSON.stringify(stated), annotations: [] };
}
