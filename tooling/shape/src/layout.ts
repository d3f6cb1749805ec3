/** Files of a provider that are pure: they import no module that creates clients or sends requests. */
export const PURE: readonly string[] = [
  'request',
  'stream',
  'errors',
  'response',
  'quirks',
  'models',
  'messages',
  'blocks',
  'tools',
  'server-tools',
  'schema',
  'thinking',
  'cache',
  'recovery',
  'vendor-parts',
].map((name) => `src/${name}.ts`);

/** The only files that may load an SDK. Types of the SDK may be imported anywhere. */
export const MAY_LOAD_SDK: readonly string[] = ['src/sdk.ts'];
