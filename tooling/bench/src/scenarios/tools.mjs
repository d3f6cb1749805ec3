import * as z from 'zod';
import { measure } from '../measure/measures.mjs';
import { openaiChat } from '../wires/openai-chat.mjs';
import { KEY, PROMPT } from '../wires/wire.mjs';
import { answering, BASE_URL } from './in-process.mjs';

const TOOLS = 30;
const WIRE = openaiChat.name;

const schemaOf = (at) =>
  z.object({
    path: z.string().describe(`file path ${at}`),
    mode: z.enum(['read', 'write', 'append']),
    limit: z.number().int().min(1).max(1000).optional(),
    filters: z.array(
      z.object({
        field: z.string(),
        op: z.enum(['eq', 'ne', 'gt', 'lt']),
        value: z.union([z.string(), z.number()]),
      }),
    ),
    options: z.object({ recursive: z.boolean().default(false), tags: z.record(z.string(), z.string()) }),
  });

/** @type {import('./scenario.mjs').Scenario} */
export const tools = {
  name: 'tools',
  title: `${TOOLS} tools with zod schemas; the request only, answered in the process`,
  sizes: {
    full: { rounds: 9, warmUp: 8, calls: 200 },
    gate: { rounds: 7, warmUp: 8, calls: 100 },
  },
  async run(context) {
    const { calls } = context.size;
    const subjects = { raw: rawCalls(), sdk: await sdkCalls(), majordomo: await majordomoCalls() };
    const jobs = Object.entries(subjects).flatMap(([subject, kinds]) =>
      Object.entries(kinds).map(([metric, once]) => ({
        metric,
        title: metric === 'with' ? `${TOOLS} tools` : 'no tools',
        wire: WIRE,
        subject,
        per: calls,
        async run() {
          for (let n = 0; n < calls; n++) await once();
        },
      })),
    );
    const measures = await measure(context, { unit: 'µs CPU a call', jobs });
    return [...measures, ...Object.keys(subjects).map((subject) => added(measures, subject))];
  },
  goals: [
    {
      row: '30 zod tools, added to a call',
      wire: WIRE,
      atMost: 1,
      unit: '× SDK(JSON)',
      figure: (read) => read.value('added', WIRE) / read.value('added', WIRE, 'sdk'),
    },
    {
      row: '30 zod tools, added to a call',
      wire: WIRE,
      atMost: Infinity,
      stretch: 50,
      unit: 'µs',
      figure: (read) => read.value('added', WIRE),
    },
  ],
};

/** What the tools cost, round by round. */
function added(measures, subject) {
  const of = (metric) => measures.find((each) => each.metric === metric && each.subject === subject);
  const values = of('with').values.map((value, at) => value - of('without').values[at]);
  return { ...of('with'), metric: 'added', title: 'added by the tools', values };
}

const named = (at, parameters) => ({ name: `tool_${at}`, description: 'a tool', parameters });
const zodTools = Array.from({ length: TOOLS }, (_, at) => named(at, schemaOf(at)));
/** Those without majordomo get JSON Schema, made before. */
const jsonTools = zodTools.map((tool) => ({ ...tool, parameters: z.toJSONSchema(tool.parameters) }));

const history = [openaiChat.user(PROMPT)];
const bodies = {
  without: () => openaiChat.body({ history }),
  with: () => openaiChat.body({ history, tools: jsonTools }),
};
const both = (send) => ({ without: () => send(bodies.without()), with: () => send(bodies.with()) });

const rawCalls = () =>
  both(async (body) => {
    const answer = await (await answering(BASE_URL, { body: JSON.stringify(body) })).json();
    return answer.choices[0].message.content;
  });

async function sdkCalls() {
  const { OpenAI } = await import('openai');
  const client = new OpenAI({ apiKey: KEY, baseURL: BASE_URL, maxRetries: 0, fetch: answering });
  return both((body) => client.chat.completions.create(body));
}

async function majordomoCalls() {
  const { createMajordomo, user } = await import('@majordomo/core');
  const providers = [await openaiChat.provider(BASE_URL)];
  const model = createMajordomo({ env: {}, providers, fetch: answering }).model(`p/${openaiChat.model}`);
  const messages = [user(PROMPT)];
  return {
    without: () => model.generate({ messages }),
    with: () => model.generate({ messages, tools: zodTools }),
  };
}
