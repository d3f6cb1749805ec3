import { describe, expect, it } from 'vitest';
import {
  createMajordomo,
  image,
  LlmError,
  type ImageBackend,
  type ImageRequest,
  type MajordomoOptions,
  type Provider,
} from '../src/index.ts';

const cat: ImageRequest = { prompt: 'a cat', size: '512x768', n: 2, seed: 0 };

/** Draws as many one-byte pictures as each number says; a string is thrown as an error of that kind. */
function painter(
  id: string,
  script: (number | 'overloaded' | 'content-filter')[],
  asked: ImageRequest[] = [],
): Provider {
  const backend: ImageBackend = {
    id: 'm',
    generate(request, { target }) {
      asked.push(request);
      const turn = script.shift() ?? 1;
      if (typeof turn === 'string')
        return Promise.reject(new LlmError(turn, `${target} said ${turn}`, { target }));
      const images = Array.from({ length: turn }, () => image(new Uint8Array([137])));
      const warnings =
        turn === request.n ? [] : [{ action: 'dropped' as const, what: 'n', why: `${turn} came` }];
      return Promise.resolve({ target, images, warnings, usage: undefined });
    },
  };
  return {
    spi: 1,
    id,
    model: () => {
      throw new LlmError('unsupported', `${id} does not chat`);
    },
    imageModel: () => backend,
  };
}

const make = (
  providers: Provider[],
  options: Partial<MajordomoOptions> = {},
): ReturnType<typeof createMajordomo> => createMajordomo({ providers, random: () => 0, ...options });

describe('an image model', () => {
  it('gives chat image parts and hands the request through as it is, seed 0 and all', async () => {
    const asked: ImageRequest[] = [];
    const { images, target, attempts } = await make([painter('a', [2], asked)])
      .imageModel('a/m')
      .generate(cat);
    expect(images.map(({ type }) => type)).toEqual(['image', 'image']);
    expect([target, attempts.map(({ outcome }) => outcome), asked]).toEqual(['a/m', ['finished'], [cat]]);
  });

  it('fails over, benches and tells as chat does', async () => {
    const events: string[] = [];
    const majordomo = make([painter('a', ['overloaded', 'overloaded']), painter('b', [2])], {
      aliases: { pictures: 'a/m,b/m' },
      onEvent: ({ type }) => events.push(type),
    });
    const { target } = await majordomo.imageModel('pictures').generate(cat);
    expect(target).toBe('b/m');
    expect(majordomo.health.snapshot()['a/m']?.state).toBe('benched');
    expect(events.at(-1)).toBe('call-end');
  });

  it('reports a part of what was asked for instead of throwing it away', async () => {
    const { images, warnings } = await make([painter('a', [1])])
      .imageModel('a/m')
      .generate(cat);
    expect([images.length, warnings]).toEqual([1, [{ action: 'dropped', what: 'n', why: '1 came' }]]);
  });

  it('takes no picture at all for an empty answer', async () => {
    const { target } = await make([painter('a', [0]), painter('b', [2])])
      .imageModel('a/m,b/m')
      .generate(cat);
    expect(target).toBe('b/m');
  });

  it('passes over what draws nothing, and asks gates with the prompt', async () => {
    const { imageModel: _none, ...chatOnly } = painter('a', []);
    const prompts: string[] = [];
    const majordomo = make([chatOnly, painter('b', [2])], {
      gates: [
        {
          name: 'spy',
          admit: ({ request }) => {
            prompts.push(JSON.stringify(request.messages));
            return undefined;
          },
        },
      ],
    });
    expect((await majordomo.imageModel('a/m,b/m').generate(cat)).target).toBe('b/m');
    expect(prompts.at(-1)).toContain('a cat');
  });

  it.each<[string, ImageRequest]>([
    ['prompt must not be empty', { prompt: ' ' }],
    ['n must be a whole number above 0, not 0', { ...cat, n: 0 }],
    ['size must be like 512x768, not "0x0"', { ...cat, size: '0x0' }],
    ['size must be like 512x768, not "axb"', { ...cat, size: 'axb' as '1x1' }],
    ['size must be like 512x768, not "512"', { ...cat, size: '512' as '1x1' }],
  ])('refuses before any call: %s', async (message, request) => {
    const asked: ImageRequest[] = [];
    const answer = make([painter('a', [1], asked)])
      .imageModel('a/m')
      .generate(request);
    await expect(answer).rejects.toMatchObject({ kind: 'invalid-request', message });
    expect(asked).toEqual([]);
  });
});
