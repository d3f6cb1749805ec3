import { createMajordomo, LlmError, type Majordomo, type Provider, type SuggestModel } from '@majordomo/core';
import { BACKENDS, type Backend } from './backends.ts';
import { underDsn } from './dsns.ts';
import type { Known } from './known.ts';

/** Majordomo with placeholder providers, which resolves specs before any package is loaded. */
export interface Outline {
  readonly majordomo: Majordomo;
  /** Backends that the resolved specs need. */
  readonly needed: ReadonlySet<Backend>;
  /** Needed backends to which a spec refers by id instead of by the scheme of a DSN. */
  readonly namedById: ReadonlySet<Backend>;
}

/** Creates the outline of a configuration without loading packages. */
export function outline({ aliases, resolvers, env, providers }: Known): Outline {
  const needed = new Set<Backend>();
  const namedById = new Set<Backend>();
  const own = new Set(providers.map(({ id }) => id));
  const standIns = BACKENDS.filter(({ id }) => !own.has(id)).map((backend) =>
    underDsn(
      {
        ...standIn(backend.id, () => {
          namedById.add(backend);
          needed.add(backend);
        }),
        schemes: Object.fromEntries(
          (backend.schemes ?? []).map((scheme) => [
            scheme,
            ({ name }) => standIn(name, () => needed.add(backend)),
          ]),
        ),
      },
      env,
    ),
  );
  const majordomo = createMajordomo({
    providers: [...providers, ...standIns],
    aliases,
    resolvers,
    suggestModel,
    env,
  });
  return { majordomo, needed, namedById };
}

/** Creates a placeholder provider. Resolving a spec of the provider calls `model`, and therefore `note`. */
const standIn = (id: string, note: () => void): Provider => ({
  spi: 1,
  id,
  vendor: id,
  model(modelId) {
    note();
    return {
      id: modelId,
      families: [],
      capabilities: {},
      stream() {
        throw new LlmError('config', `${id} is not loaded`);
      },
    };
  },
});

/** Returns the most similar model of the vendor in the shipped catalog, which is loaded only for the error of an unknown model. */
export const suggestModel: SuggestModel = async (vendor, id) => {
  const { modelSuggestions } = await import('@majordomo/catalog');
  return modelSuggestions()(vendor, id);
};
