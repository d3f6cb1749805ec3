import { createMajordomo, user } from '@majordomo/core';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createOpenAI } from '@majordomo/provider-openai';

export const provider = createOpenAI();
// error: 'apikey' does not exist in type
export const misspelled = createOpenAI({ apikey: 'key' });
// error: 'fetch' does not exist in type
export const refused = createBedrock({ fetch });

// error: 'attempts' does not exist in type
export const misplaced = createMajordomo({ providers: [provider], attempts: 1 });
// error: => Provider<NoInfer<Id>, OpenAIModelId>' is not assignable to type 'Provider<string, string>'
export const uncalled = createMajordomo({ providers: [createOpenAI] });

const model = createMajordomo({ providers: [provider] }).model('openai/gpt-5.4');
const messages = [user('hi')];
// error: 'stream' does not exist in type 'ChatRequest'
export const streamed = model.generate({ messages, stream: true });
// error: 'abortSignal' does not exist in type 'CallOptions'
export const aborted = model.generate({ messages }, { abortSignal: AbortSignal.abort() });
// error: 'content' does not exist in type
export const openaiMessage = model.generate({ messages: [{ role: 'user', content: 'hi' }] });
// error: is not assignable to type 'Effort | undefined'
export const effort = model.generate({ messages, reasoning: 'hard' });
// error: Property 'usage' does not exist on type 'ChatStream<StreamEvent>'
export const usage = model.stream({ messages }).usage;
