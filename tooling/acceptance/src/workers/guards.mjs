/* global Response -- of the runtime */
import { createMajordomo, LlmError, user } from '@majordomo/core';
import { forbid, guarded, moderation, residency } from '@majordomo/guards';
import { openaiCompatible } from '@majordomo/provider-openai';

const profile = { id: 'near', baseURL: 'http://unused.invalid/v1', rerank: {}, moderation: {} };
// The test replaces the address of the vendor.
const near = openaiCompatible(profile, { baseURL: 'http://vendor.invalid/v1' });
const far = openaiCompatible(
  { ...profile, id: 'far' },
  { baseURL: 'http://refused.invalid/v1', data: { region: 'us' } },
);
const majordomo = createMajordomo({ providers: [near, far], gates: [residency({ allow: ['local'] })] });
const model = guarded(majordomo.model('far/m,near/m'), {
  mask: {},
  input: [moderation(majordomo.moderationModel('far/m,near/m'))],
  output: [forbid({ name: 'competitors', patterns: ['acme corp'] })],
  holdBack: { characters: 0 },
});

/** Reranks and moderates, and calls a guarded model three times: one call passes, and two are refused. */
export default {
  async fetch() {
    const ranked = await majordomo
      .rerankModel('far/m,near/m')
      .rerank({ query: 'q', documents: ['a', 'b', 'c'], topN: 2 });
    const moderated = await majordomo.moderationModel('far/m,near/m').moderate({ values: ['bad', 'good'] });
    const { text } = await model.generate({ messages: [user('I am max@example.com')] });
    const input = await codeOf(model.generate({ messages: [user('bad')] }));
    let shown = '';
    const reading = async () => {
      for await (const event of model.stream({ messages: [user('Name one')] }))
        if (event.type === 'text-delta') shown += event.text;
    };
    const output = await codeOf(reading());
    return Response.json({
      ranked: ranked.results.map(({ index }) => index),
      flagged: moderated.results.map(({ flagged }) => flagged),
      text,
      input,
      output,
      shown,
    });
  },
};

const codeOf = (work) =>
  work.then(
    () => undefined,
    (error) => (LlmError.is(error) ? error.details.code : String(error)),
  );
