import {
  type ClassificationRequest,
  createMajordomo,
  LlmError,
  type Majordomo,
  type Provider,
} from '@majordomo/core';
import { seededRandom } from '@majordomo/testing';

/** Distortion of a target: a curve with these parameters restores the true probabilities. */
export interface Distortion {
  readonly scale: number;
  readonly bias: number;
}

/** Inputs, each with its true probability, and a label that was drawn with this probability. */
export function inputsOf(
  seed: number,
  count: number,
): readonly { input: string; truth: number; label: boolean }[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, at) => {
    const truth = 1 / (1 + Math.exp(-(random() * 6 - 3)));
    return { input: `${at}:${truth}`, truth, label: random() < truth };
  });
}

/** Returns the probability that a distorted target reports. */
export function reported(truth: number, { scale, bias }: Distortion): number {
  const logit = (Math.log(truth / (1 - truth)) - bias) / scale;
  return 1 / (1 + Math.exp(-logit));
}

/** Simulated target of a vendor, whose probabilities are distorted. */
export const distorted = (
  id: string,
  distortion: Distortion,
  fails: (input: string) => boolean = () => false,
): Provider => ({
  spi: 1,
  id,
  model: (modelId) => ({
    id: modelId,
    families: [id],
    capabilities: {},
    stream: () => {
      throw new Error('does not chat');
    },
  }),
  classificationModel: (modelId) => ({
    id: modelId,
    basis: 'vendor',
    async classify({ input, questions }: ClassificationRequest, { target }) {
      await Promise.resolve();
      if (fails(String(input))) throw new LlmError('server', `${target} failed`, { target });
      const probability = reported(Number(String(input).split(':')[1]), distortion);
      const names = Object.keys(questions);
      return {
        distributions: Object.fromEntries(names.map((name) => [name, [probability, 1 - probability]])),
        usage: undefined,
        warnings: [],
      };
    },
  }),
});

/** Creates a majordomo that does not bench its targets. */
export const simulated = (...providers: readonly Provider[]): Majordomo =>
  createMajordomo({ providers, chain: { attempts: 1 }, health: { threshold: 1000 } });
