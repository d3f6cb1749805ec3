export const GEMINI_METHODS: readonly string[] = ['generateContent', 'streamGenerateContent', 'countTokens'];

/** Method of a model in a path, such as `/v1/models/fast:generateContent`. */
export interface GeminiMethod {
  readonly model: string;
  readonly method: string;
}

/** Returns the model and the method of a path, or `undefined` for another path. `models/` before a name is ignored. */
export function geminiMethod(path: string): GeminiMethod | undefined {
  const [, name = '', method = ''] = /^\/v1(?:beta)?\/models\/(?:models\/)?(.+):(\w+)$/.exec(path) ?? [];
  return GEMINI_METHODS.includes(method) ? { model: name, method } : undefined;
}

/** Whether a request is of Gemini's API. Its SDK sends the list of models to the same path as the clients of OpenAI. */
export function isGemini({ url, headers }: Request): boolean {
  const path = new URL(url).pathname;
  if (path.startsWith('/v1beta/') || geminiMethod(path) !== undefined) return true;
  return path.startsWith('/v1/models') && headers.has('x-goog-api-key');
}
