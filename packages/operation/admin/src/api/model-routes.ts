import type { Route } from './route.ts';
import { object, text } from '../schema.ts';

/** Model that a gateway serves. */
export interface ServedModel {
  /** Name under which clients request the model. */
  readonly name: string;
  /** Targets of the name, in the order of the chain. */
  readonly targets: readonly {
    /** Target as `provider/model`. */
    readonly target: string;
    /** Vendor whose prices and conventions apply. */
    readonly vendor?: string | undefined;
    /** Id of the model at the vendor. */
    readonly model: string;
  }[];
}

const MODEL = object({
  name: text,
  targets: { type: 'array', items: object({ target: text, model: text }, { vendor: text }) },
});

/** Returns the route of the served models. */
export const modelRoutes = (models: () => Promise<readonly ServedModel[]>): readonly Route[] => [
  {
    method: 'get',
    path: '/models',
    summary: 'Lists the served names with their current targets.',
    status: 200,
    answer: object({ models: { type: 'array', items: MODEL } }),
    handle: async () => ({ models: await models() }),
  },
];
