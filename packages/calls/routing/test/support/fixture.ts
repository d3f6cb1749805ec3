import { catalog, type Catalog, type Override } from '@majordomo/catalog';
import {
  createMajordomo,
  user,
  type Capabilities,
  type ChatRequest,
  type Majordomo,
  type MajordomoOptions,
} from '@majordomo/core';
import { fakeClock, fakeProvider, type FakeClock, type FakeProvider } from '@majordomo/testing';
import { createRouter, type Preset, type Router, type RouterOptions } from '../../src/index.ts';

export const hi: ChatRequest = { messages: [user('hi')] };

/** Facts of a target and its provider. */
interface FakeTarget {
  /** Micro-USD per million tokens. */
  readonly price?: readonly [input: number, output: number];
  readonly facts?: Omit<Override, 'vendor' | 'id' | 'prices'>;
  readonly capabilities?: Capabilities;
  readonly billing?: 'included';
}

export interface RouterSetup {
  readonly majordomo: Majordomo;
  readonly router: Router;
  readonly clock: FakeClock;
  readonly providers: readonly FakeProvider[];
  readonly catalog: Catalog;
}

/** 2026-11-21 at noon. */
export const NOON: number = Date.UTC(2026, 10, 21, 12);

/** Creates a majordomo with one provider per target, which responds with the name of the target, and a router with these facts. */
export function setUpRouter(
  targets: { readonly [target: string]: FakeTarget },
  presets: { readonly [name: string]: Preset },
  options: Partial<RouterOptions> = {},
  settings: Partial<MajordomoOptions> = {},
): RouterSetup {
  const clock = fakeClock(NOON);
  const providers = Object.entries(targets).map(([target, fake]) => fakeOf(target, fake, clock));
  const catalogWithFacts = catalog.with(
    Object.entries(targets).flatMap(([target, fake]) => factsOf(target, fake)),
  );
  const router = createRouter({ presets, catalog: catalogWithFacts, clock, ...options });
  const majordomo = createMajordomo({
    providers,
    resolvers: [router.resolver],
    onEvent: router.onEvent,
    clock,
    random: () => 0,
    ...settings,
  });
  return { majordomo, router, clock, providers, catalog: catalogWithFacts };
}

const split = (target: string): readonly [provider: string, model: string] => {
  const at = target.indexOf('/');
  return [target.slice(0, at), target.slice(at + 1)];
};

function fakeOf(target: string, { capabilities = {}, billing }: FakeTarget, clock: FakeClock): FakeProvider {
  const [id, model] = split(target);
  return fakeProvider({
    id,
    vendor: `vendor-${id}`,
    billing,
    models: { [model]: Array.from({ length: 50 }, () => target) },
    capabilities,
    clock,
  });
}

function factsOf(target: string, { price, facts }: FakeTarget): readonly Override[] {
  const [id, model] = split(target);
  if (price === undefined && facts === undefined) return [];
  const [input, output] = price ?? [0, 0];
  const prices =
    price === undefined
      ? []
      : [{ from: '2026-01-01', rates: { input, output }, sources: ['test'], trust: 'override' as const }];
  return [{ vendor: `vendor-${id}`, id: model, input: ['text'], output: ['text'], ...facts, prices }];
}

export { failureOf } from '@majordomo/test-support';
