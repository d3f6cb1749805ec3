// Smoke test of the functions that an application uses, without Node and without a test library.
import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, LlmError, user } from '@majordomo/core';
import { readSse, sseResponse } from '@majordomo/core/http';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { stepsAround } from './around-calls.mjs';
import { MODELS } from './models.mjs';
import { PROVIDERS } from './providers.mjs';

const GREETING = 'Grüezi, 世界 🌍!';
const SIDES = Object.keys(PROVIDERS);

/** Runs every step against these base URLs (by side and behavior). Returns `[package, step, problem]` for each. */
export async function smoke(baseURLs) {
  const providers = SIDES.flatMap((side) =>
    Object.entries(baseURLs[side]).map(([temper, baseURL]) =>
      PROVIDERS[side]({ id: `${side}-${temper}`, apiKey: 'key', baseURL }),
    ),
  );
  const majordomo = createMajordomo({
    providers,
    chain: { attempts: 1, timeouts: { firstContentMs: 5000, idleMs: 5000, completeMs: 5000 } },
    health: { threshold: 100 },
  });
  const { sound } = baseURLs['openai-chat'];
  const steps = [
    ...STEPS.map(([name, what, run]) => [name, what, () => run(majordomo)]),
    ...stepsAround().map(([name, what, run]) => [name, what, () => run(sound)]),
  ];
  const results = [];
  for (const [name, what, run] of steps) {
    let problem;
    try {
      await run();
    } catch (error) {
      problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    results.push([name, what, problem]);
  }
  return results;
}

const STEPS = [
  ...(typeof document === 'undefined' ? [] : refusals()),
  ...SIDES.flatMap((side, at) => {
    const next = SIDES[(at + 1) % SIDES.length];
    return [
      [packageOf(side), `${side}: a complete answer`, answers(side)],
      [packageOf(side), `${side}: a stream`, streams([side, 'sound'])],
      [packageOf(side), `${side}: an abort in the middle`, aborts(side)],
      [packageOf(side), `${side}: an object that fits its schema`, objects(side)],
      ['agent', `${side}: an agent uses its tool`, agents(side)],
      ['core', `${side} is overloaded: the next one answers`, streams([side, 'overloaded'], [next, 'sound'])],
      ['core', `${side} breaks off: the next one begins anew`, streams([side, 'breaking'], [next, 'sound'])],
      ['core', `${side}: events through a response`, served(side)],
    ];
  }),
];

/** In a page, these SDKs throw unless an option permits them. The error must be `config`, and no request may be sent. */
function refusals() {
  const own = {
    'openai-responses': createOpenAI,
    'openai-chat': createOpenAI,
    'anthropic-messages': createAnthropic,
  };
  return Object.entries(own).map(([side, create]) => [
    packageOf(side),
    `${side}: a rejection by the SDK is an application error`,
    async () => {
      const api = side === 'openai-chat' ? { api: 'chat' } : {};
      const majordomo = createMajordomo({ providers: [create({ ...api, apiKey: 'key' })] });
      const spec = `${side.split('-')[0]}/${MODELS[side]}`;
      const error = await majordomo
        .model(spec)
        .generate(saying('hi'))
        .catch((thrown) => thrown);
      const { attempts } = error.details;
      same([error.kind, attempts.length, /browser/.test(error.message)], ['config', 1, true]);
    },
  ]);
}

function packageOf(side) {
  return `provider-${side.split('-')[0].replace('gemini', 'google')}`;
}

const specOf = (...targets) => targets.map(([side, temper]) => `${side}-${temper}/${MODELS[side]}`).join();
const saying = (text) => ({ messages: [user(text)], maxTokens: 100 });

function answers(side) {
  return async (majordomo) => {
    const { text, usage } = await majordomo.model(specOf([side, 'sound'])).generate(saying('hi'));
    same([text, usage.input], [GREETING, 12]);
  };
}

/** Returns the text since the last reset. */
function streams(...targets) {
  return async (majordomo) => {
    let text = '';
    const stream = majordomo.model(specOf(...targets)).stream(saying('hi'), { afterCommit: 'restart' });
    for await (const event of stream) {
      if (event.type === 'reset') text = '';
      if (event.type === 'text-delta') text += event.text;
    }
    const { attempts } = await stream.response();
    same([text, attempts.length], [GREETING, targets.length]);
  };
}

/** Checks a complete response over server-sent events, then a client that disconnects before the end. */
function served(side) {
  return async (majordomo) => {
    const model = majordomo.model(specOf([side, 'sound']));
    let text = '';
    for await (const event of readSse(sseResponse(model.stream(saying('hi')))))
      if (event.type === 'text-delta') text += event.text;
    same(text, GREETING);
    const left = model.stream(saying('fall silent'));
    for await (const { type } of readSse(sseResponse(left))) if (type === 'text-delta') break;
    const outcome = await left.response().then(
      () => 'answered',
      ({ kind }) => kind,
    );
    same(outcome, 'aborted');
  };
}

function aborts(side) {
  return async (majordomo) => {
    const controller = new AbortController();
    const { signal } = controller;
    try {
      for await (const { type } of majordomo
        .model(specOf([side, 'sound']))
        .stream(saying('fall silent'), { signal }))
        if (type === 'text-delta') controller.abort();
    } catch (error) {
      if (LlmError.is(error, 'aborted')) return;
      throw error;
    }
    throw new Error('an aborted stream ended well');
  };
}

const CITY = {
  type: 'object',
  properties: { city: { type: 'string' }, people: { type: 'number' } },
  required: ['city', 'people'],
  additionalProperties: false,
};

function objects(side) {
  return async (majordomo) => {
    const request = { ...saying('as an object'), output: CITY };
    const { value } = await majordomo.model(specOf([side, 'sound'])).generateObject(request);
    same(value, { city: 'Zürich', people: 443037 });
  };
}

function agents(side) {
  return async (majordomo) => {
    const double = defineTool({
      name: 'double',
      description: 'Doubles a number',
      parameters: { type: 'object', properties: { number: { type: 'number' } }, required: ['number'] },
      run: ({ number }) => `${number * 2}`,
    });
    const agent = createAgent({
      model: majordomo.model(specOf([side, 'sound'])),
      tools: [double],
      maxTokens: 100,
    });
    const { text, done } = await agent.run('use the tool');
    same([text.includes('42'), done], [true, 'answered']);
  };
}

function same(found, due) {
  const [left, right] = [found, due].map((value) => JSON.stringify(value));
  if (left !== right) throw new Error(`expected ${right}, got ${left}`);
}
