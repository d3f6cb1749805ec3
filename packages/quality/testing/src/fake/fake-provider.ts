import {
  systemClock,
  type Billing,
  type Capabilities,
  type Clock,
  type ImageBackend,
  type ImageRequest,
  type Model,
  type ModelContext,
  type ModelRequest,
  type Provider,
} from '@majordomo/core';
import { fakeOperations, type FakeOperationOptions, type FakeOperations } from './operations.ts';
import { scriptedError, play, waitFor } from './play.ts';
import { FakeScript, unscriptedError } from './script.ts';
import { turnProblem } from '../script/check.ts';
import type { Turn } from '../script/turn.ts';

/** Options of `fakeProvider`: scripts and properties of its models. */
export interface FakeOptions extends FakeOperationOptions {
  /** Id of the provider: the part of a spec before the slash. */
  readonly id: string;
  /** Vendor whose prices apply. `@default undefined`: costs are unknown */
  readonly vendor?: string | undefined;
  /** Billing of the calls, such as `included` for a subscription. `@default undefined` */
  readonly billing?: Billing | undefined;
  /** Data handling that the provider declares for gates, such as its regions. `@default undefined`: unknown */
  readonly data?: Provider['data'];
  /** Turns of each chat or image model, one per call, in order. `@default {}` */
  readonly models?: { readonly [modelId: string]: readonly Turn[] } | undefined;
  /** Capabilities of the models. `@default {}`: all are unknown */
  readonly capabilities?: Capabilities | undefined;
  /** Families whose replay tokens the models can read. `@default ['fake/<id>']` */
  readonly families?: readonly string[] | undefined;
  /** Clock that measures delays. `@default` the system clock */
  readonly clock?: Clock | undefined;
  /** Whether a call is sent as a non-streaming request if its caller does not read deltas. `@default false` */
  readonly isNonStreaming?: boolean | undefined;
}

/** Call that a fake provider received. */
export interface FakeCall {
  readonly model: string;
  readonly request: ModelRequest;
  readonly delivery: ModelContext['delivery'];
  readonly signal: AbortSignal;
  /** Time of the call, in epoch milliseconds of the provider's clock. */
  readonly at: number;
}

type RequestList =
  | 'embeddingRequests'
  | 'transcriptionRequests'
  | 'speechRequests'
  | 'rerankRequests'
  | 'moderationRequests'
  | 'classificationRequests';

/** Provider that plays scripts and records requests. */
export interface FakeProvider extends Provider, Pick<FakeOperations, RequestList> {
  /** Received chat requests, in order. */
  readonly requests: readonly FakeCall[];
  /** Received image requests, in order. */
  readonly imageRequests: readonly { readonly model: string; readonly request: ImageRequest }[];
  /** Number of scripted turns that were not played; 0 if the test played all turns. */
  readonly unplayed: number;
  /** Returns an image model that plays its script in `models`. Each turn must be an object with `images` or `fail`. */
  imageModel(modelId: string): ImageBackend;
}

/**
 * Creates a provider that plays scripts and records the requests that it receives. A call to a model that has no further turn or
 * no script fails with an error of the kind `config`. Chains do not try such a call again, on any target.
 *
 * @example
 * fakeProvider({ id: 'openai', models: { 'gpt-5.4': [{ fail: 'overloaded' }, 'Hello.'] } });
 */
export function fakeProvider(options: FakeOptions): FakeProvider {
  const { id, models = {}, clock = systemClock, families = [`fake/${id}`], capabilities = {} } = options;
  const requests: FakeCall[] = [];
  const imageRequests: FakeProvider['imageRequests'][number][] = [];
  const script = new FakeScript(models, turnProblem);
  const { unplayed, ...operations } = fakeOperations(options, clock);

  const model = (modelId: string): Model => ({
    id: modelId,
    families,
    capabilities,
    isNonStreaming: () => options.isNonStreaming ?? false,
    async *stream(request, context) {
      const { delivery, signal, target } = context;
      requests.push({ model: modelId, request, delivery, signal, at: clock.now() });
      const { turn, number } = script.next(modelId, request, target);
      const stage = { clock, family: families[0] ?? `fake/${id}`, name: modelId, turn: number };
      yield* play(typeof turn === 'string' ? { text: turn } : turn, context, stage);
    },
  });

  const imageModel = (modelId: string): ImageBackend => ({
    id: modelId,
    async generate(request, context) {
      imageRequests.push({ model: modelId, request });
      const { target } = context;
      const { turn, number } = script.next(modelId, request, target);
      if (typeof turn !== 'object') throw unscriptedError(target, `turn ${number} has no images; add images`);
      await waitFor(clock, turn.delayMs, context);
      if ('fail' in turn) throw scriptedError(turn, context);
      if ('hang' in turn || turn.images === undefined)
        throw unscriptedError(target, `turn ${number} has no images; add images`);
      const { images, model: served, vendor, usage, warnings = [] } = turn;
      return { target, model: served, vendor, images, warnings, usage };
    },
    async *generateStream(request, context) {
      const response = await this.generate(request, context);
      // Each image but the last one is preliminary.
      for (const partial of response.images.slice(0, -1)) yield { partial };
      yield { ...response, images: response.images.slice(-1) };
    },
  });

  return {
    spi: 1,
    id,
    vendor: options.vendor,
    billing: options.billing,
    data: options.data,
    requests,
    imageRequests,
    model,
    imageModel,
    ...operations,
    get unplayed() {
      return script.unplayed + unplayed();
    },
  };
}
