import { costOfResponse } from '@majordomo/catalog';
import { createMajordomo } from '@majordomo/core';
import { testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { SIDES } from '../src/operations/sides.ts';

const EMBEDDINGS = SIDES.filter(({ operation }) => operation === 'embedding');
/** Providers whose calls run on the user's hardware. */
const INCLUDED = ['Ollama', 'llama-swap'];

it.each(EMBEDDINGS.map((side) => [side.column, side] as const))(
  'embeddings of %s without usage have an unknown cost, not 0',
  async (column, { model, provider, sound }) => {
    const body = String(sound.body).replace(/,?"inputTextTokenCount":\d+/, '');
    await using server = await testServer((response) => {
      response.writeHead(200, { 'content-type': sound.type }).end(body);
    });
    const majordomo = createMajordomo({ providers: [provider('side', server.origin, undefined)] });
    const response = await majordomo.embeddingModel(`side/${model}`).embed({ values: ['one'] });
    expect(response.usage).toBeUndefined();
    const cost = await costOfResponse(response);
    expect([cost.nanoUsd, cost.basis]).toEqual([
      undefined,
      INCLUDED.includes(column) ? 'included' : 'unknown',
    ]);
  },
);
