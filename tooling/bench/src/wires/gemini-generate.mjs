import { KEY } from './wire.mjs';

const declarationOf = ({ name, description, parameters }) => ({
  name,
  description,
  parametersJsonSchema: parameters,
});
const partsOf = (answer) => answer.candidates[0].content.parts;

/** @type {import('./wire.mjs').Dialect} */
export const geminiGenerate = {
  name: 'gemini-generate',
  model: 'gemini-2.5-flash',
  baseURL: (origin) => origin,
  body: ({ history, tools }) => ({
    contents: history,
    ...(tools && { tools: [{ functionDeclarations: tools.map(declarationOf) }] }),
  }),
  user: (text) => ({ role: 'user', parts: [{ text }] }),
  assistant: (text) => ({ role: 'model', parts: [{ text }] }),
  turn(answer) {
    const parts = partsOf(answer);
    const calls = parts.flatMap(({ functionCall: call }) => (call ? [call] : []));
    return {
      text: parts.map(({ text }) => text ?? '').join(''),
      calls: calls.map(({ id, name, args }) => ({ id, name, args })),
      messages: [{ role: 'model', parts }],
    };
  },
  results: (calls, output) => [
    {
      role: 'user',
      parts: calls.map(({ id, name }) => ({ functionResponse: { id, name, response: { output } } })),
    },
  ],
  text: (event) => partsOf(event)[0]?.text,
  // Gemini sends complete calls, so no suite measures fragments of arguments on this wire.
  json: () => undefined,
  callName: () => undefined,
  async sdk(baseURL) {
    const { GoogleGenAI } = await import('@google/genai');
    const { models } = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: baseURL } });
    const { model } = geminiGenerate;
    const parameters = ({ contents, tools }) => ({ model, contents, ...(tools && { config: { tools } }) });
    return {
      whole: (body) => models.generateContent(parameters(body)),
      stream: (body) => models.generateContentStream(parameters(body)),
    };
  },
  async provider(baseURL, id = 'p') {
    const { createGoogle } = await import('@majordomo/provider-google');
    return createGoogle({ id, apiKey: KEY, baseURL });
  },
};
