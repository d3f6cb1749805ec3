import { catalog } from '@majordomo/catalog';
import { catalogDocument, refreshed } from '@majordomo/catalog/refresh';
import { createMajordomo } from '@majordomo/core';
import { createPromptCache } from '@majordomo/cache/prompt';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { heapUsed } from '../measure/heap.mjs';
import { inRounds } from '../measure/rounds.mjs';

const SYSTEM = 'Answer briefly.';
const MODEL = 'claude-sonnet-5-5';
const CALLS = 500;
const CONVERSATIONS = 10_000;
const ORDERS = 1000;
const NEW_ORDERS = 200;
const REFRESHES = 5;
const DOCUMENT_BYTES = 1_000_000;
const MB = 1e6;

/** Costs of cache plans, of the order of targets, and of a refreshed catalog. */
export async function measureCaching({ plan }) {
  const before = heapUsed();
  const prompts = await filledPromptCache();
  const memory = { conversations: [(heapUsed() - before) / MB] };
  return {
    memory,
    order: await inRounds([ordering(prompts), orderingNew(prompts, plan)], plan),
    call: await inRounds(['none', 'auto'].map(calling), plan),
    refresh: await inRounds([await refreshing()], plan),
  };
}

/** Returns a request with new message objects. */
function conversation(at, length = 50) {
  const messages = Array.from({ length }, (_, n) => ({
    role: n % 2 === 0 ? 'user' : 'assistant',
    parts: [{ type: 'text', text: `Message ${n} of conversation ${at}: which of the two cities is older?` }],
  }));
  return { system: SYSTEM, messages };
}

const TARGETS = ['anthropic/claude-sonnet-5-5', 'openai/gpt-6-sol'].map((target) => {
  const [vendor, model] = target.split('/');
  return { target, vendor, model, billing: undefined, capabilities: {}, health: undefined };
});

const orderOf = async (prompts, request, call = { id: 'call', spec: 'both', metadata: {} }) =>
  prompts.order(TARGETS, { call, request, signal: new AbortController().signal });

/** Returns a prompt cache in which the second target holds every conversation. */
async function filledPromptCache() {
  const prompts = createPromptCache({ maxConversations: CONVERSATIONS });
  const usage = { input: 3000, output: 100, cacheRead: 0, cacheWrite: 3000 };
  const result = { target: TARGETS[1].target, vendor: TARGETS[1].vendor, outcome: 'finished', usage, ms: 0 };
  for (let at = 0; at < CONVERSATIONS; at++) {
    const call = { id: `${at}`, spec: 'both', metadata: {} };
    await orderOf(prompts, { ...conversation(at), cache: 'auto' }, call);
    prompts.onEvent({ type: 'attempt-end', call, attempt: 1, result });
  }
  return prompts;
}

/** The next request of each conversation: 50 messages that were sent before, and two new ones. */
function ordering(prompts) {
  const known = Array.from({ length: ORDERS }, (_, at) => conversation(at).messages);
  return {
    subject: 'order',
    per: ORDERS,
    async run() {
      for (const [at, sent] of known.entries()) {
        const messages = [...sent, ...conversation(at, 2).messages];
        const [first] = await orderOf(prompts, { system: SYSTEM, messages, cache: 'auto' });
        if (first !== TARGETS[1].target) throw new Error('the conversation does not stay at its target');
      }
    },
  };
}

/** The same requests with new objects, as after `JSON.parse`: no message has a cached hash. */
function orderingNew(prompts, { rounds, warmUp }) {
  const requests = Array.from({ length: NEW_ORDERS * (rounds + warmUp) }, (_, at) => ({
    system: SYSTEM,
    messages: [...conversation(at % CONVERSATIONS).messages, ...conversation(at, 2).messages],
    cache: 'auto',
  }));
  return {
    subject: 'order, new objects',
    per: NEW_ORDERS,
    async run() {
      for (const request of requests.splice(0, NEW_ORDERS)) await orderOf(prompts, request);
    },
  };
}

const ANSWER = JSON.stringify({
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content: [{ type: 'text', text: 'ok' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 12, output_tokens: 5 },
});
const fetch = async () => new Response(ANSWER, { headers: { 'content-type': 'application/json' } });

/** A call of 100 messages that an earlier call has sent. */
function calling(subject) {
  const majordomo = createMajordomo({ providers: [createAnthropic({ apiKey: 'any', fetch })] });
  const model = majordomo.model(`anthropic/${MODEL}`);
  const messages = conversation(0, 101).messages;
  const request = { system: SYSTEM, messages, ...(subject === 'auto' && { cache: 'auto' }) };
  return {
    subject,
    per: CALLS,
    async run() {
      for (let n = 0; n < CALLS; n++) await model.generate(request);
    },
  };
}

/** `refreshed` with a document of 1 MB in which every price differs, in milliseconds. */
async function refreshing() {
  const { models, ...about } = await catalogDocument(catalog);
  const count = Math.round((models.length * DOCUMENT_BYTES) / JSON.stringify(models).length);
  const changed = models.slice(0, count).map((model) => ({ ...model, prices: model.prices.map(dearer) }));
  const text = JSON.stringify({ ...about, date: new Date().toISOString().slice(0, 10), models: changed });
  const from = { name: 'bench', load: async () => ({ data: JSON.parse(text) }) };
  return {
    subject: 'refreshed',
    per: REFRESHES * 1000,
    async run() {
      for (let n = 0; n < REFRESHES; n++) {
        const { type } = await (await refreshed({ from, everyMs: 0 })).refresh();
        if (type !== 'refreshed') throw new Error(`the check of the source ended with ${type}`);
      }
    },
  };
}

const dearer = (price) => ({ ...price, rates: { ...price.rates, input: price.rates.input + 1 } });
