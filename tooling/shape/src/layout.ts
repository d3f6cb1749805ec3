/** The files of every provider package, in the order in which a reader meets them. */
export const PROVIDER_FILES: readonly string[] = [
  'src/index.ts',
  'src/provider.ts',
  'src/request.ts',
  'src/stream.ts',
  'src/response.ts',
  'src/errors.ts',
  'src/quirks.ts',
  'src/models.ts',
  'test/conformance.test.ts',
];

/** Files that any provider may have where the file beside it outgrew itself. */
export const OPTIONAL_FILES: readonly string[] = ['src/tools.ts'];

/** Deviations of one provider package: file → reason. */
export interface Deviations {
  readonly absent?: Readonly<Record<string, string>>;
  readonly extra?: Readonly<Record<string, string>>;
}

const WIRE_IS_SHARED: Readonly<Record<string, string>> = {
  'src/request.ts': 'openai-wire',
  'src/stream.ts': 'openai-wire',
  'src/response.ts': 'openai-wire',
  'src/quirks.ts': 'openai-wire',
};

/** Every difference from the common layout, with its reason. */
export const DEVIATIONS: Readonly<Record<string, Deviations>> = {
  'provider-openai': { absent: WIRE_IS_SHARED },
  'provider-groq': { absent: WIRE_IS_SHARED },
  'provider-cerebras': { absent: WIRE_IS_SHARED },
};

/** The chat wire, shared by every provider that speaks it, keeps the same names in a folder of its own. */
export const SHARED_WIRE_FILES: readonly string[] = [
  'src/index.ts',
  'src/chat/request.ts',
  'src/chat/stream.ts',
  'src/chat/response.ts',
  'src/chat/quirks.ts',
];

/** Sources of more than 350 lines, each with the reason why it is not split. */
export const LONG_FILES: Readonly<Record<string, string>> = {};
