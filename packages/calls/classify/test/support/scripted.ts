import {
  createMajordomo,
  type LlmError,
  type Majordomo,
  type ModelEvent,
  type ModelRequest,
  type Provider,
  type TokenLogprob,
} from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';

/** Answer of a scripted chat model. */
export interface ScriptedAnswer {
  readonly text?: string;
  readonly logprobs?: readonly TokenLogprob[];
  readonly finish?: 'stop' | 'length' | 'refusal';
  readonly fail?: LlmError;
}

export interface ScriptedProvider extends Provider {
  readonly requests: ModelRequest[];
}

/** Provider whose chat models answer with log probabilities. */
export function scripted(id: string, answer: (request: ModelRequest) => ScriptedAnswer): ScriptedProvider {
  const requests: ModelRequest[] = [];
  return {
    spi: 1,
    id,
    requests,
    model: (modelId) => ({
      id: modelId,
      families: [id],
      capabilities: {},
      async *stream(request, { target }): AsyncGenerator<ModelEvent> {
        requests.push(request);
        await Promise.resolve();
        const { text = 'A', logprobs, finish = 'stop', fail } = answer(request);
        if (fail !== undefined) throw fail;
        yield { type: 'start', target, id: undefined };
        yield { type: 'part-start', index: 0, part: { type: 'text' } };
        yield { type: 'text-delta', index: 0, text };
        yield { type: 'part-end', index: 0, part: { type: 'text', text } };
        const usage = { ...UNKNOWN_USAGE, input: 10, output: 1 };
        yield {
          type: 'finish',
          target,
          reason: finish,
          raw: undefined,
          usage,
          ...(logprobs && { logprobs }),
        };
      },
    }),
  };
}

/** Returns the log probabilities of one token. */
export function tokens(probabilities: Readonly<Record<string, number>>): readonly TokenLogprob[] {
  const top = Object.entries(probabilities).map(([token, probability]) => ({
    token,
    logprob: Math.log(probability),
  }));
  const [first = { token: '', logprob: 0 }] = top;
  return [{ ...first, top }];
}

export const majordomoOf = (
  providers: readonly Provider[],
  classification?: Parameters<typeof createMajordomo>[0]['classification'],
): Majordomo => createMajordomo({ providers, classification, chain: { attempts: 1 } });
