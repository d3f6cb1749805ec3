import { catalog, costOf, priceAt, type Cost } from '@majordomo/catalog';
import {
  contextOf,
  deliveryOf,
  hasRecordings,
  playback,
  recordings,
  requestOf,
  skippedNote,
  type Playback,
  type Recording,
} from '@majordomo/test-support';
import { collect } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providerOf } from '../src/at-vendor/places.ts';

const WIRES = ['openai-chat', 'openai-responses'];
const cases = WIRES.flatMap((wire) => recordings(wire)).filter(({ expected }) => expected.usageRaw !== null);

interface RecordedCost {
  readonly id: string;
  readonly cost: Cost;
}

let server: Playback;
let costs: readonly RecordedCost[];
beforeAll(async () => {
  server = await playback(cases);
  costs = (await Promise.all(cases.map(costsOf))).flat();
});
afterAll(() => server.close());

/** Returns the cost of a recording whose vendor reports it, from the usage that the real provider reads. */
async function costsOf(recording: Recording): Promise<readonly RecordedCost[]> {
  const { id, vendor } = recording;
  const provider = providerOf(recording, server.url(recording, 'complete'));
  const context = contextOf({ target: `${vendor}/m`, delivery: deliveryOf(recording) });
  const { usage } = await collect(provider.model('m'), requestOf(), context);
  if (usage?.details?.reportedNanoUsd === undefined) return [];
  const found = await foundModel(provider.vendor ?? '', recording);
  return [{ id, cost: costOf(usage, found && priceAt(found.model, new Date(catalog.date))) }];
}

/** Returns the catalog's model with the id of the response, otherwise with the id of the request. */
async function foundModel(vendor: string, { body, request }: Recording) {
  const respondedId = /"model":\s*"([^"]+)"/.exec(new TextDecoder().decode(body))?.[1];
  const requestedId = /"model":\s*"([^"]+)"/.exec(JSON.stringify(request?.body))?.[1];
  for (const id of [respondedId, requestedId]) {
    const found = id === undefined ? undefined : await catalog.find(vendor, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

const exactMatches = (folder: RegExp): number =>
  costs.filter(({ id, cost }) => folder.test(id) && cost.driftNanoUsd === 0n).length;

describe.skipIf(!hasRecordings)(
  `costs that vendors reported, compared with the catalog${skippedNote}`,
  () => {
    it('always take precedence', () => {
      expect(costs.length).toBeGreaterThanOrEqual(53);
      expect(costs.filter(({ cost }) => cost.basis !== 'reported')).toEqual([]);
    });

    it('equal the catalog exactly for all 13 recordings of xAI over Chat, whose output tokens exclude reasoning', () => {
      expect(costs.filter(({ id }) => id.startsWith('xai/chat-'))).toHaveLength(13);
      expect(exactMatches(/^xai\/chat-/)).toBe(13);
    });

    it('equal the catalog exactly for at least 28 other recordings', () => {
      expect(exactMatches(/^(?!xai\/chat-)/)).toBeGreaterThanOrEqual(28);
    });

    it('differ where a vendor rounds, resells at another price, or counts differently', () => {
      const differing = costs.filter(({ cost }) => (cost.driftNanoUsd ?? 0n) !== 0n);
      expect(differing.map(({ id, cost }) => `${id} ${cost.driftNanoUsd ?? ''}`)).toEqual([
        // Model of another vendor that was recorded with the folder name of OpenAI.
        expect.stringMatching(/^openai\/chat-s-tools-31-\S+ -17920$/),
        expect.stringMatching(/^openai\/chat-s-tools-59-\S+ -21590$/),
        // Rounded to millionths of a dollar.
        expect.stringMatching(/^perplexity\/chat-s-text-06-\S+ -2000$/),
        expect.stringMatching(/^perplexity\/chat-u-text-02-\S+ 4000$/),
        // The output tokens exclude reasoning.
        expect.stringMatching(/^vercel-gateway\/chat-u-reasoning-04-\S+ -1920000$/),
        // Recorded before the price of gpt-5.6-sol fell from 5/30 to 4/20 USD per million.
        expect.stringMatching(/^openrouter\/resp-u-text-02-\S+ -5073000$/),
      ]);
    });
  },
);
